"""Simple denoisers with which an attacker guesses a reference from its stego."""

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch.nn import functional as F

from sshr.types import Rgb8

PAYLOAD_DEVIATION = 255 * 10 ** (-41.15 / 20)
"""Grey levels; by how much `base` changes a reference, which anyone can know."""

_SIDE = 5


def median(image: Rgb8) -> Rgb8:
    """3x3 median of each channel, the border repeated; (H, W, 3) uint8."""
    return np.array(Image.fromarray(image).filter(ImageFilter.MedianFilter(3)))


def wiener(image: Rgb8, deviation: float = PAYLOAD_DEVIATION) -> Rgb8:
    """Adaptive Wiener filter in 5x5 windows (Lee 1980) for white noise of known strength.

    Smooth areas become their mean, texture well above the noise stays. It suits `base`, whose
    change is white noise.

    Args:
        image: (H, W, 3) uint8; the border is repeated.
        deviation: of the noise, in grey levels.
    """
    planes = torch.from_numpy(image).permute(2, 0, 1)[None].double()
    mean = _average(planes)
    variance = (_average(planes.square()) - mean.square()).clamp(min=1e-6)
    kept = (variance - deviation**2).clamp(min=0) / variance
    filtered = (mean + kept * (planes - mean)).clamp(0, 255).round().to(torch.uint8)
    return filtered[0].permute(1, 2, 0).contiguous().numpy()


def _average(planes: torch.Tensor) -> torch.Tensor:
    margin = (_SIDE // 2,) * 4
    return F.avg_pool2d(F.pad(planes, margin, mode="replicate"), _SIDE, stride=1)
