"""One batch through the network, as sender and receiver see it."""

import torch
from torch import Tensor

from sshr.channel import channel
from sshr.network.mix import Mix, random_mix
from sshr.network.model import StegoNet


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
    mix = _mix(secret, seed)
    scales = net.tile_scales(secret, k_sym)
    stego = channel(via)(net.conceal(secret, reference, k_sym, scales, mix))
    return stego, net.reveal(stego, reference, k_sym, scales, mix)


def reveal_with_key(net: StegoNet, stego: Tensor, reference: Tensor, k_sym: Tensor) -> Tensor:
    """What another k_sym (B, d) reveals; for networks without mix, as no mix is undone."""
    scales = stego.new_ones(len(stego))
    return net.reveal(stego, reference, k_sym, scales, None)


def _mix(secret: Tensor, seed: int) -> Mix:
    mix = random_mix(secret[0].numel(), torch.Generator().manual_seed(seed))
    place = secret.device
    return Mix(mix.permutation.to(place), mix.inner.to(place), mix.outer.to(place))
