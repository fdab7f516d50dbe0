"""One batch through the network, as sender and receiver see it."""

import torch
from torch import Tensor

from sshr.channel import channel, parity_moves
from sshr.coding.model import ContextModel
from sshr.network.coarse import quantise_within
from sshr.network.mix import Mix, random_mix
from sshr.network.model import StegoNet
from sshr.network.side import CoarseLayer, Side

HEADER_SHARE = 0.15
"""Of a 256 px picture's samples, about what the header takes from the coarse layer."""


def pass_pair(
    net: StegoNet, secret: Tensor, reference: Tensor, k_sym: Tensor, seed: int, via: str
) -> tuple[Tensor, Tensor]:
    """(stego as received, revealed) of one batch under a random mix.

    Args:
        secret, reference: RGB (B, 3, H, W) fp32 in [0, 1].
        k_sym: (B, d).
        seed: of the mix.
        via: name of the channel.
    """
    mix, coarse = _mix(secret, seed), coarse_layer(net, secret)
    made, side = net.make(secret, reference, k_sym, coarse, mix)
    stego = channel(via)(made)
    if coarse is not None and via != "float":
        stego = parity_moves(stego, made, round(1 / net.coarse_rate), seed)
    return stego, net.reveal(stego, reference, k_sym, side, mix)


def coarse_layer(net: StegoNet, secret: Tensor) -> CoarseLayer | None:
    """The coarse layer that secrets (B, 3, H, W) would get, as large as beside a header."""
    if net.tables is None:
        return None
    bits = net.coarse_rate * (1 - HEADER_SHARE) * secret[0].numel()
    return quantise_within(ContextModel(net.tables.get()), net.transform, secret, bits)


def reveal_with_key(net: StegoNet, stego: Tensor, reference: Tensor, k_sym: Tensor) -> Tensor:
    """What another k_sym (B, d) reveals; for networks without mix, as no mix is undone."""
    one = stego.new_ones(len(stego))
    return net.reveal(stego, reference, k_sym, Side(one, one), None)


def _mix(secret: Tensor, seed: int) -> Mix:
    mix = random_mix(secret[0].numel(), torch.Generator().manual_seed(seed))
    place = secret.device
    return Mix(mix.permutation.to(place), mix.inner.to(place), mix.outer.to(place))
