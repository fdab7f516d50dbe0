"""Bits in the lowest frequencies of large blocks: what is left when nearly nothing is.

Half the size and then JPEG, or shot noise, take all that is fine. The lowest coefficients of blocks
of 16x16 samples are still those of 8x8 blocks at half the size; in a block all of them change by
the same amount up or down, and by less where an eye would see it: in a calm sky.
"""

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.blocks import ONE, luma, to_blocks
from sshr.transports.robust.design import ROUNDING, Design, clipped_blocks, power_budget
from sshr.types import Rgb8

BLOCK = 16
FREQUENCIES = 6
"""Coefficients with u + v below it carry, all in class 1."""

LIVELY = 12, 192
"""Bounds of a block's liveliness, by which power is shared: levels of deviation, times 16."""

_QUARTER = 8
_FINE = 8


def spread(reference: Rgb8, psnr: float, deviation: float = ROUNDING) -> Design:
    """The changes for a reference, (H, W, 3) uint8, that give a stego of this PSNR in dB."""
    free = ~clipped_blocks(reference, BLOCK)
    low = np.add.outer(np.arange(BLOCK), np.arange(BLOCK)) < FREQUENCIES
    share = np.where(free, liveliness(reference), 0)
    # 2 a^2 for each coefficient that carries: the whole budget, whole numbers on both sides.
    shares = 2 * max(int(share.sum()), 1) * int(low.sum())
    power = (power_budget(psnr, free.size, BLOCK) << (2 * _FINE)) // shares * share
    change = (np.floor(np.sqrt(power)) / (1 << _FINE)).astype(np.float32)
    one = np.where(low, change[:, :, None, None], np.float32(0))
    return Design(-one, one, (one > 0).astype(np.uint8), deviation)


def liveliness(reference: Rgb8) -> NDArray[np.int64]:
    """Deviation of the luma in the calmest quarter of each block, within LIVELY: an edge beside a
    sky hides nothing in the sky."""
    quarters = to_blocks(luma(reference).astype(np.float64), _QUARTER)
    count = _QUARTER**2
    sums = quarters.sum(axis=(2, 3))
    squares = np.square(quarters, out=quarters).sum(axis=(2, 3))
    # Of whole numbers below 2^53.
    deviation = np.sqrt(count * squares - sums**2) * (16 / (ONE * count))
    rows, columns = (side // BLOCK for side in reference.shape[:2])
    four = to_blocks(deviation[: 2 * rows, : 2 * columns], 2)
    return np.floor(four.min(axis=(2, 3))).astype(np.int64).clip(*LIVELY)
