"""Whether a picture has been a JPEG on the reference's grid, and what its cells tell."""

from functools import cache
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.blocks import SIDE
from sshr.transports.robust.design import ALL, ROUNDING, Design, jpeg_table

QUALITIES = range(25, 99)
_SURE = 0.3
_FLOOR = 1e-3
_LIKELY, _MOSTLY = 0.05, 0.9
_STEPS, _REACH = 1 << 15, 5
"""Of the table of the normal distribution: entries, and deviations to either side."""

_BAND = 64
"""Rows of blocks that are looked at together."""


def find_quality(found: NDArray[np.floating]) -> int | None:
    """The quality whose steps a picture's luma coefficients (rows, columns, 8, 8) lie on.

    Of the qualities that fit about as well as the best, the one with the largest steps: finer
    lattices hold the points of coarser ones.
    """
    low = [(u, v) for u in range(ALL) for v in range(ALL - u) if u + v]
    rows, columns = np.array(low).T
    blocks = found.reshape(-1, SIDE, SIDE)
    sample = blocks[:: max(len(blocks) // 4096, 1)][:, rows, columns]
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
    found: NDArray[np.floating], own: NDArray[np.floating], plan: Design, quality: int
) -> NDArray[np.float32] | None:
    """Logarithms of P(seen | 0) / P(seen | 1) for every coefficient of a JPEG, or None where what
    is seen is unlikely with either: then it is none of this quality and reference.

    Args:
        found, own: luma coefficients of what was received and of the reference, as a coder sees
            them.
    """
    step = jpeg_table(quality).astype(np.float32).reshape(-1)
    ratios = np.zeros(plan.classes.shape, np.float32)
    likely = 0
    for rows in (slice(at, at + _BAND) for at in range(0, len(ratios), _BAND)):
        used = np.flatnonzero(plan.classes[rows])
        steps = step[used % step.size]
        cell = np.rint(found[rows].take(used) / steps)
        middle = own[rows].take(used) - cell * steps  # of the cell
        chances = []
        for change in (plan.zero, plan.one):
            away = middle + change[rows].take(used)
            above = _normal((steps / 2 - away) / np.float32(plan.deviation))
            chances.append(above - _normal((-steps / 2 - away) / np.float32(plan.deviation)))
        zero, one = (chance + np.float32(_FLOOR) for chance in chances)
        likely += int((np.maximum(zero, one) > _LIKELY).sum())
        ratios[rows].reshape(-1)[used] = np.log(zero) - np.log(one)
    if likely < _MOSTLY * np.count_nonzero(plan.classes):
        return None
    return ratios


def _normal(at: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of the standard normal distribution, from a table: exactness does not matter here."""
    index = ((at + _REACH) * ((_STEPS - 1) / (2 * _REACH))).clip(0, _STEPS - 1)
    return _table()[index.astype(np.int32)]


@cache
def _table() -> NDArray[np.float32]:
    grid = np.linspace(-_REACH, _REACH, _STEPS)
    return np.array([(1 + erf(value / sqrt(2))) / 2 for value in grid], np.float32)
