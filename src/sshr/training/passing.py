"""One batch through the network, as sender and receiver see it."""

import torch
from torch import Tensor

from sshr.network.hiding import HidingNet


def as_file(stego: Tensor) -> Tensor:
    """What an 8-bit file holds: clamp to [0, 1], round to 1/255.

    The gradient passes the rounding straight through and is zero where the clamp cuts.
    """
    clamped = stego.clamp(0, 1)
    return clamped + ((clamped * 255).round() / 255 - clamped).detach()


def pass_pair(
    net: HidingNet, secret: Tensor, reference: Tensor, k_sym: Tensor, seed: int, via: str
) -> tuple[Tensor, Tensor]:
    """(stego as received, revealed) of one batch.

    Args:
        secret, reference: RGB (B, 3, H, W) fp32 in [0, 1].
        k_sym: (B, d).
        seed: of all that is random.
        via: the channel. `float` hands over the sender's tensor itself, for comparison with papers
            and evidence of nothing; `png` is `as_file`; `shaped` adds Gaussian noise like that of
            noise-shaped rounding.

    Raises:
        ValueError: an unknown channel, or one that is not for this network.
    """
    draw = torch.Generator().manual_seed(seed)

    def channel(made: Tensor, reference: Tensor) -> Tensor:
        match via:
            case "float":
                return made
            case "png":
                return as_file(made)
            case "shaped":
                return made + net.rounding_noise(reference, draw)
        raise ValueError(f"unknown channel {via!r}; known: float, png, shaped")

    return net.exchange((secret, reference), k_sym, draw, channel)
