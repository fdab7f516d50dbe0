"""One batch through the network, as sender and receiver see it."""

import torch
from torch import Tensor

from sshr.network.mix import random_mix
from sshr.network.model import StegoNet
from sshr.training.channel import channel


def pass_pair(
    net: StegoNet, secret: Tensor, reference: Tensor, k_sym: Tensor, seed: int, via: str
) -> tuple[Tensor, Tensor]:
    """(stego as received, revealed) of one batch under a random mix.

    Args:
        secret, reference: RGB (B, 3, H, W) fp32 in [0, 1].
        k_sym: (B, d).
        seed: of the mix and of the noise.
        via: name of the channel; `shaped` adds Gaussian noise like that of noise-shaped rounding.
    """
    draw, mix = torch.Generator().manual_seed(seed), None
    if net.uses_mix:
        sizes = net.group_sizes((secret.shape[-2], secret.shape[-1]))
        mix = random_mix(sizes, draw, secret.device)
    made, scales = net.conceal_at_once(secret, reference, k_sym, mix)
    shaped = via == "shaped"
    stego = made + net.rounding_noise(reference, draw) if shaped else channel(via)(made)
    return stego, net.reveal_at_once(stego, reference, k_sym, scales, mix)
