"""The wavelet's subbands inside packed coefficients, as planes of their own size.

Packed coefficients (`Transform`) fold every level onto the coarsest grid. Neighbourhoods, which the
coarse layer and the allocation of power look at, exist only on a level's own grid.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


def split_subbands(packed: Tensor, levels: int) -> tuple[Tensor, list[Tensor]]:
    """(B, C, h, w) with C = 3 * 4^levels -> low band and details.

    Returns:
        low (B, 3, h, w) and, coarsest level first, details (B, 3, 3, h 2^n, w 2^n): colour,
        orientation (horizontal, vertical, diagonal as in `Transform`), n = 0 .. levels - 1.
    """
    planes = packed.unflatten(1, (3, -1))
    details, start = [], 1
    for n in range(levels):
        channels = planes[:, :, start : start + 3 * 4**n]
        details.append(F.pixel_shuffle(channels, 2**n))
        start += 3 * 4**n
    return planes[:, :, 0], details


def join_subbands(low: Tensor, details: Sequence[Tensor]) -> Tensor:
    """Inverse of `split_subbands`."""
    folded = [F.pixel_unshuffle(detail, 2**n) for n, detail in enumerate(details)]
    return torch.cat([low[:, :, None], *folded], dim=2).flatten(1, 2)
