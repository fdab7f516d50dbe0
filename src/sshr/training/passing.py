"""One batch through the network, as sender and receiver see it."""

import torch
from torch import Tensor

from sshr.network.mix import random_mix
from sshr.network.model import StegoNet


def as_file(stego: Tensor) -> Tensor:
    """What an 8-bit file holds: clamp to [0, 1], round to 1/255.

    The gradient passes the rounding straight through and is zero where the clamp cuts.
    """
    clamped = stego.clamp(0, 1)
    return clamped + ((clamped * 255).round() / 255 - clamped).detach()


def pass_pair(
    net: StegoNet, secret: Tensor, reference: Tensor, k_sym: Tensor, seed: int, via: str
) -> tuple[Tensor, Tensor]:
    """(stego as received, revealed) of one batch under a random mix.

    Args:
        secret, reference: RGB (B, 3, H, W) fp32 in [0, 1].
        k_sym: (B, d).
        seed: of the mix and of the noise.
        via: the channel. `float` hands over the sender's tensor itself, for comparison with papers
            and evidence of nothing; `png` is `as_file`; `shaped` adds Gaussian noise like that of
            noise-shaped rounding.

    Raises:
        ValueError: an unknown channel.
    """
    draw, mix = torch.Generator().manual_seed(seed), None
    if net.uses_mix:
        sizes = net.group_sizes((secret.shape[-2], secret.shape[-1]))
        mix = random_mix(sizes, draw, secret.device)
    made, scales = net.conceal_at_once(secret, reference, k_sym, mix)
    match via:
        case "float":
            stego = made
        case "png":
            stego = as_file(made)
        case "shaped":
            stego = made + net.rounding_noise(reference, draw)
        case _:
            raise ValueError(f"unknown channel {via!r}; known: float, png, shaped")
    return stego, net.reveal_at_once(stego, reference, k_sym, scales, mix)
