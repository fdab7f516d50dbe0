"""Training losses: the paper's (eq. 19-21) and the rate-controlled one that `base` uses."""

import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.network.rsrk import AlexNetFeatures
from sshr.network.strength import blur

_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def decibel(image: Tensor, target: Tensor) -> Tensor:
    """10 log10 of the mean squared error of each sample (B,); minus the PSNR on [0, 1] images."""
    error = (image - target).square().mean((1, 2, 3))
    return 10 * torch.log10(error.clamp(min=1e-10))


def rate_controlled_loss(
    stego: Tensor, reference: Tensor, revealed: Tensor, secret: Tensor, target_psnr: float
) -> Tensor:
    """Minus (stego + revealed PSNR), with the batch's stego PSNR pulled to `target_psnr`.

    Stego and reveal trade about one to one, so their sum alone would let the rate drift.
    """
    stego_db, reveal_db = decibel(stego, reference), decibel(revealed, secret)
    return (stego_db + reveal_db).mean() + (stego_db.mean() + target_psnr).square()


def similarity(image: Tensor, reference: Tensor) -> Tensor:
    """SSIM () of RGB pictures (B, 3, H, W) in [0, 1] as `sshr.metrics.ssim` has it, but
    with the border repeated.
    """
    one, other = image * 255, reference * 255
    mean_one, mean_other = blur(one), blur(other)
    variances = blur(one.square()) - mean_one.square() + blur(other.square()) - mean_other.square()
    covariance = blur(one * other) - mean_one * mean_other
    products = mean_one * mean_other
    light = (2 * products + _C1) / (mean_one.square() + mean_other.square() + _C1)
    return (light * (2 * covariance + _C2) / (variances + _C2)).mean()


def frequency_loss(
    z_ref: Tensor, z_stego: Tensor, z_sec: Tensor, z_rev: Tensor, norm: str = "l1"
) -> Tensor:
    """L_F, eq. 19, on wavelet coefficients; `norm` is l1 (the paper's default) or l2."""
    distance = F.l1_loss if norm == "l1" else F.mse_loss
    return distance(z_stego, z_ref) + distance(z_rev, z_sec)


def perceptual_loss(
    features: AlexNetFeatures, reference: Tensor, stego: Tensor, secret: Tensor, revealed: Tensor
) -> Tensor:
    """L_P, eq. 20: squared distance of AlexNet's five activations, unit length at each place.

    As in LPIPS, squares are summed over channels and averaged over places.
    """
    total = torch.zeros((), device=stego.device)
    for target, image in ((reference, stego), (secret, revealed)):
        for a, b in zip(features(target), features(image), strict=True):
            change = F.normalize(b, dim=1) - F.normalize(a, dim=1)
            total = total + change.square().sum(1).mean()
    return total
