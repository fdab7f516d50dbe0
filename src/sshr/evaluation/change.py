"""What a stego changes: the histogram of stego - reference and its spectrum, as short lists."""

import numpy as np
from numpy.typing import NDArray

from sshr.evaluation.records import Change
from sshr.types import Rgb8

REACH = 16
"""Levels each side of zero in a histogram; what lies beyond counts at its ends."""

BINS = 24
"""Rings of equal width from frequency zero to half a cycle a pixel."""

_LUMA = np.array([0.299, 0.587, 0.114])


def describe_change(stego: Rgb8, reference: Rgb8) -> Change:
    """Histogram of the change in levels, and the mean power of its luma in rings of frequency.

    White noise of variance v has a spectrum of v times the luma's 0.45 in every ring.
    """
    change = stego.astype(np.int16) - reference
    counts = np.bincount((change.clip(-REACH, REACH) + REACH).ravel(), minlength=2 * REACH + 1)
    return Change(
        [round(count / change.size, 7) for count in counts.tolist()],
        [float(f"{power:.4g}") for power in ring_power(change @ _LUMA)],
    )


def ring_power(plane: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean power spectrum (BINS,) of a plane (H, W) in rings; the corners are left out."""
    height, width = plane.shape
    power = np.abs(np.fft.fft2(plane)) ** 2 / plane.size
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)
    ring = np.floor(np.hypot(rows, columns) * 2 * BINS).astype(int).ravel()
    inside = ring < BINS
    sums = np.bincount(ring[inside], power.ravel()[inside], BINS)
    found: NDArray[np.float64] = sums / np.maximum(np.bincount(ring[inside], minlength=BINS), 1)
    return found
