"""Pictures as tensors, for what runs in torch."""

import torch
from torch import Tensor

from sshr.types import Rgb8


def to_tensor(picture: Rgb8, device: torch.device | None = None) -> Tensor:
    """HWC uint8 RGB -> (1, 3, H, W) fp32 in [0, 1], on the CPU unless told otherwise."""
    return torch.from_numpy(picture.copy()).to(device).permute(2, 0, 1)[None].float() / 255


def to_levels(image: Tensor) -> Rgb8:
    """(1, 3, H, W) in [0, 1] -> HWC uint8 RGB: clamped and rounded."""
    levels = image[0].permute(1, 2, 0).clamp(0, 1).mul(255).round().cpu()
    found: Rgb8 = levels.to(torch.uint8).contiguous().numpy()
    return found
