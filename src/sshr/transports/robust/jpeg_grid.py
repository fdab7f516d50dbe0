"""Whether a picture has been a JPEG on the reference's grid, and what its cells tell."""

from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.design import ALL, ROUNDING, Design, jpeg_table

QUALITIES = range(25, 99)
_SURE = 0.3
_FLOOR = 1e-3
_LIKELY, _MOSTLY = 0.05, 0.9
_STEPS = 4096


def find_quality(found: NDArray[np.float64]) -> int | None:
    """The quality whose steps a picture's luma coefficients (rows, columns, 8, 8) lie on.

    Of the qualities that fit about as well as the best, the one with the largest steps: finer
    lattices hold the points of coarser ones.
    """
    low = [(u, v) for u in range(ALL) for v in range(ALL - u) if u + v]
    rows, columns = np.array(low).T
    sample = found[:, :, rows, columns].reshape(-1, len(low))
    sample = sample[:: max(len(sample) // 4096, 1)]
    best: tuple[float, int] | None = None
    for quality in QUALITIES:
        step = jpeg_table(quality)[rows, columns].astype(np.float64)
        usable = step >= 3  # finer ones fit anything that is rounded
        if usable.sum() < 4:
            continue
        part = sample[:, usable] / step[usable]
        away = np.abs(part - np.rint(part))
        lively = np.abs(part) > 0.5
        if lively.sum() < 50:
            continue
        expected = np.minimum(0.8 * ROUNDING / step[usable], 0.25)
        excess = (away - expected)[lively].mean() / 0.25
        score = float(excess - 0.002 * (98 - quality) / 73)
        if best is None or score < best[0]:
            best = score, quality
    return best[1] if best is not None and best[0] < _SURE * 0.5 else None


def cell_ratios(
    found: NDArray[np.float64], own: NDArray[np.float64], plan: Design, quality: int
) -> NDArray[np.float32] | None:
    """Logarithms of P(seen | 0) / P(seen | 1) for every coefficient of a JPEG, or None where what
    is seen is unlikely with either: then it is none of this quality and reference.

    Args:
        found, own: luma coefficients of what was received and of the reference.
    """
    step = jpeg_table(quality).astype(np.float64)
    cell = np.rint(found / step)

    def chance(change: NDArray[np.float32]) -> NDArray[np.float64]:
        middle = own + change
        above = _normal(((cell + 0.5) * step - middle) / plan.deviation)
        return above - _normal(((cell - 0.5) * step - middle) / plan.deviation) + _FLOOR

    zero, one = chance(plan.zero), chance(plan.one)
    used = plan.classes > 0
    if used.any() and (np.maximum(zero, one)[used] > _LIKELY).mean() < _MOSTLY:
        return None
    return (np.log(zero) - np.log(one)).astype(np.float32)


def _normal(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the standard normal distribution, from a table: exactness does not matter here."""
    grid = np.linspace(-5, 5, _STEPS)
    table = np.array([(1 + erf(value / sqrt(2))) / 2 for value in grid])
    return np.interp(at, grid, table)
