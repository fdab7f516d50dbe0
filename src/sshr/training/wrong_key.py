"""Wrong symmetric keys, and the loss that keeps them from revealing."""

import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.network.model import StegoNet
from sshr.training.losses import decibel
from sshr.training.passing import reveal_with_key

KINDS = ("constant", "gaussian", "public", "other")


def wrong_keys(k_sym: Tensor, k_pub: Tensor, seed: int) -> dict[str, Tensor]:
    """Keys (B, d) that an attacker could try instead of k_sym (B, d).

    constant: mean |k_sym| everywhere; gaussian: of k_sym's mean and deviation; public: k_pub_s;
    other: the key of another pair of the batch (only for two pairs or more).
    """
    exact = k_sym.detach()
    noise = torch.randn(exact.shape, generator=torch.Generator().manual_seed(seed))
    keys = {
        "constant": exact.abs().mean().expand_as(exact),
        "gaussian": exact.mean() + exact.std() * noise.to(exact),
        "public": k_pub.detach(),
    }
    if len(exact) > 1:
        keys["other"] = exact.roll(1, 0)
    return keys


def wrong_key_loss(
    net: StegoNet, pair: tuple[Tensor, Tensor], stego: Tensor, keys: Tensor, ceiling: float
) -> Tensor:
    """Mean of relu(PSNR - ceiling) / 10 over what wrong keys (B, d) reveal of (secret, reference).

    PSNR in dB over RGB on [0, 1].
    """
    secret, reference = pair
    psnr = -decibel(reveal_with_key(net, stego, reference, keys), secret)
    return F.relu(psnr - ceiling).mean() / 10
