"""Changes under a JPEG coder whose blocks are not the reference's, because it was cut or resized.

The coder's cells say between which bounds each of its coefficients was. Where the reference alone
would lie is known, so what was concealed is expected to be the mean of a normal distribution within
these bounds. Its deviation for each frequency is estimated from all blocks (EM).
"""

from collections.abc import Callable
from functools import cache
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from sshr.threads import on_all
from sshr.transports.robust.blocks import SIDE, coded_coefficients, samples
from sshr.transports.robust.design import ROUNDING
from sshr.transports.robust.jpeg_grid import find_grid

Floats = NDArray[np.floating]

_ROUNDS = 12
_SAMPLE = 4096
"""Blocks from which the deviations are estimated."""

_AT_ONCE = 512
"""Blocks whose intermediate results stay in a cache."""

_SMALL, _LARGE = 0.02, 60.0
"""Levels squared of a change."""

_FAR = 9.0
_STEPS = 20_001
_RARE = 1e-6
"""Chance below which the nearest bound is taken."""


def likely_changes(
    seen: Floats, predict: Callable[[], Floats], first: tuple[int, int]
) -> tuple[Floats, str] | None:
    """What differs from a prediction, and the coder in words; None where there was none.

    Args:
        seen: the received plane.
        predict: gives what it would be with what is expected of it; called if there was a coder.
        first: row and column in 0..7 where the coder's blocks begin.
    """
    area = tuple(
        slice(by, by + (side - by) // SIDE * SIDE)
        for by, side in zip(first, seen.shape, strict=True)
    )
    found = coded_coefficients(seen[area])
    grid = find_grid(found)
    if grid is None or not grid.steps.all():
        return None
    predicted = predict()
    step = grid.steps.astype(np.float64)
    middle = np.rint(found / step) * step - coded_coefficients(predicted[area])
    changes = seen - predicted
    inner = changes[area]
    changes[area] = samples(_means(middle, step), (inner.shape[0], inner.shape[1]))
    return changes, grid.words


def _means(middle: Floats, step: Floats) -> Floats:
    """Of changes whose cells have these middles and sides, in blocks (rows, columns, 8, 8)."""
    flat = middle.reshape(-1, SIDE, SIDE)
    sample = flat[:: max(len(flat) // _SAMPLE, 1)]
    power = np.full((SIDE, SIDE), 4.0)
    rounding = ROUNDING**2
    for _ in range(_ROUNDS):
        mean, spread = _within(sample, step, np.sqrt(power + rounding))
        power = ((mean**2 + spread).mean(axis=0) - rounding).clip(_SMALL, _LARGE)
    found, deviation = np.empty_like(flat), np.sqrt(power + rounding)

    def fill(start: int) -> None:
        part = slice(start, start + _AT_ONCE)
        found[part] = _within(flat[part], step, deviation)[0]

    on_all(fill, range(0, len(flat), _AT_ONCE))
    return found.reshape(middle.shape)


def _within(middle: Floats, step: Floats, deviation: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of a normal distribution about 0 inside each cell."""
    low, high = (middle - step / 2) / deviation, (middle + step / 2) / deviation
    chance = _normal(high) - _normal(low)
    rare = chance < _RARE
    chance = np.maximum(chance, _RARE)
    at_low, at_high = _density(low), _density(high)
    mean = (at_low - at_high) / chance
    inner = low.clip(-_FAR, _FAR) * at_low - high.clip(-_FAR, _FAR) * at_high
    spread = (1 + inner / chance - mean**2).clip(0.01, 1)
    mean = np.where(rare, np.zeros(()).clip(low, high), mean)
    return mean * deviation, np.where(rare, 0.05, spread) * deviation**2


def _density(at: Floats) -> Floats:
    return np.exp(-(at**2) / 2) / sqrt(2 * np.pi)


def _normal(at: Floats) -> Floats:
    step = 2 * _FAR / (_STEPS - 1)
    return _table()[((at.clip(-_FAR, _FAR) + _FAR) / step + 0.5).astype(np.int64)]


@cache
def _table() -> Floats:
    """The standard normal distribution: exactness does not matter here."""
    grid = np.linspace(-_FAR, _FAR, _STEPS)
    return np.array([(1 + erf(value / sqrt(2))) / 2 for value in grid])
