"""Between coefficients in torch and the integer subbands that `sshr.coding` deals with."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from sshr.coding.model import ContextModel, Subbands
from sshr.coding.rate import Floats, choose_step, quantise, step_size
from sshr.network.side import CoarseLayer
from sshr.network.subbands import join_subbands, split_subbands
from sshr.network.transform import Transform


@torch.no_grad()
def subbands_of(transform: Transform, images: Tensor) -> list[tuple[Floats, list[Floats]]]:
    """Low band and details of every image of (B, 3, H, W), as `sshr.coding.rate` takes them."""
    low, details = split_subbands(transform(images), transform.levels)
    low, details = low.cpu(), [detail.cpu().contiguous() for detail in details]
    return [(low[i].numpy(), [detail[i].numpy() for detail in details]) for i in range(len(images))]


def layer_of(tiles: Sequence[tuple[Subbands, int]], device: torch.device) -> CoarseLayer:
    """The coarse layer of a batch from levels and step indices."""
    lows = torch.from_numpy(np.stack([low for (low, _), _ in tiles]))
    bands = zip(*(details for (_, details), _ in tiles), strict=True)
    details = [torch.from_numpy(np.stack(band)) for band in bands]
    steps = torch.tensor([step_size(index) for _, index in tiles])
    return CoarseLayer(join_subbands(lows, details).float().to(device), steps.to(device))


def quantise_within(
    model: ContextModel, transform: Transform, images: Tensor, bits: float
) -> CoarseLayer:
    """The coarse layer of images (B, 3, H, W), each within about so many bits; not encoded."""
    tiles = []
    for low, details in subbands_of(transform, images):
        index = choose_step(model, low, details, bits)
        tiles.append((quantise(low, details, step_size(index)), index))
    return layer_of(tiles, images.device)
