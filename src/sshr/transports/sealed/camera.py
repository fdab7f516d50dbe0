"""Noise as a camera's: its variance is a v + b in the sample's value v (Foi et al. 2008), with a
and b from the reference itself, so that the stego is the reference as a higher ISO would show it.

Both sides compute it from the reference, in integers throughout. JPEG and tone curves bend the
line, and may turn it; so a may be negative.
"""

import numpy as np
from numpy.typing import NDArray

from sshr.transports.sealed.distributions import power_of_two
from sshr.types import Rgb8

TONE_STEPS = 17
"""Tones are below this: four octaves of the noise's power between the quietest and the loudest."""

_BIN = 4  # sixteen values share a variance while it is measured
_POINT = 16


def tone_curve(reference: Rgb8) -> NDArray[np.uint8]:
    """Quarter octaves of the noise's power at each sample value, above the quietest: (256,)."""
    values, powers, weights = _measured(reference)
    total = sum(weights)
    first = sum(w * v for w, v in zip(weights, values, strict=True))
    second = sum(w * v * v for w, v in zip(weights, values, strict=True))
    power = sum(w * p for w, p in zip(weights, powers, strict=True))
    both = sum(w * v * p for w, v, p in zip(weights, values, powers, strict=True))
    # Least squares; the common denominator total * second - first^2 is not needed.
    slope, level = total * both - first * power, power * second - first * both
    line = [slope * value + level for value in range(256)]
    loudest = max(line)
    if total * second == first * first or loudest <= 0:
        return np.zeros(256, np.uint8)
    least = max(min(line), loudest // (1 << (TONE_STEPS - 1) // 4), 1)
    bounds = [power_of_two(2 * step) * least for step in range(1, TONE_STEPS)]
    return np.array([sum((own << 16) >= bound for bound in bounds) for own in line], np.uint8)


def _measured(reference: Rgb8) -> tuple[list[int], list[int], list[int]]:
    """Sample values, the power of the noise there (times a constant), and how many say so.

    Of squares of 2x2 samples the difference of their diagonals, which a slope leaves; of the
    squares of one brightness the calmer half, since edges and texture are in the other.
    """
    height, width = (side - side % 2 for side in reference.shape[:2])
    parts = [reference[i:height:2, j:width:2].astype(np.int32) for i in (0, 1) for j in (0, 1)]
    across = np.abs(parts[0] - parts[1] - parts[2] + parts[3])
    inside = np.logical_and.reduce([(part > 0) & (part < 255) for part in parts])
    bins = sum(parts) // 4 >> _BIN
    joint = np.bincount((bins * 1024 + across)[inside], minlength=16 * 1024).reshape(16, 1024)
    values, powers, weights = [], [], []
    for number, counts in enumerate(joint):
        count = int(counts.sum())
        half = (count + 1) // 2
        if not half:
            continue
        before = np.minimum(np.cumsum(counts), half)
        taken = np.diff(before, prepend=0)
        squares = int((taken * np.arange(1024) ** 2).sum())
        values.append((number << _BIN) + (1 << _BIN) // 2)
        powers.append((squares << _POINT) // half)
        weights.append(count)
    return values, powers, weights
