"""Bits in the lowest frequencies of large blocks: what is left when nearly nothing is.

Half the size and then JPEG, or shot noise, take all that is fine. The lowest coefficients of blocks
of 16x16 samples are still those of 8x8 blocks at half the size; each changes by the same amount up
or down, whatever the reference has there.
"""

from math import isqrt

import numpy as np

from sshr.transports.robust.design import ROUNDING, Design, clipped_blocks, power_budget
from sshr.types import Rgb8

BLOCK = 16
FREQUENCIES = 6
"""Coefficients with u + v below it carry, all in class 1."""

_FINE = 8


def spread(reference: Rgb8, psnr: float, deviation: float = ROUNDING) -> Design:
    """The changes for a reference, (H, W, 3) uint8, that give a stego of this PSNR in dB."""
    free = ~clipped_blocks(reference, BLOCK)
    low = np.add.outer(np.arange(BLOCK), np.arange(BLOCK)) < FREQUENCIES
    used = free[:, :, None, None] & low
    # 2 a^2 for each coefficient that carries: the whole budget, whole numbers on both sides.
    power = (power_budget(psnr, free.size, BLOCK) << (2 * _FINE)) // (2 * max(int(used.sum()), 1))
    change = np.float32(isqrt(power) / (1 << _FINE))
    one = np.where(used, change, np.float32(0))
    return Design(-one, one, used.astype(np.uint8), deviation)
