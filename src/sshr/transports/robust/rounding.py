"""How a JPEG coder rounds: to the nearest cell of its quantiser, or as a picture shows that it did.

Some coders (mozjpeg with its trellis, jpegli) take a smaller cell where that saves bytes. How often
they do follows from the size of a coefficient in steps, so it is learned from the picture itself,
together with the bits (EM).
"""

from dataclasses import dataclass
from functools import cache
from math import erf, log, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.design import ROUNDING, Design

Floats = NDArray[np.float32]

FLOOR = 1e-3
_LIKELY, _MOSTLY = 0.05, 0.9
_STEPS, _REACH = 1 << 15, 5
"""Of the table of the normal distribution: entries, and deviations to either side."""

_SIZES, _BINS, _CLASSES = 3, 16, 2
"""Of what is learned: whole steps below a coefficient (the last for all more), parts of a step
above them, and classes of the design."""

_ROUNDS = 4
_BELIEF = 4
"""Coefficients that what is assumed at first is worth, in each part."""

_RARE = 0.003


@dataclass(frozen=True)
class Cells:
    """Coefficients that carry something, and the cells in which they were found.

    Attributes:
        zero, one: what they were before the coder if the bit is 0, or 1, in steps.
        cell: whole numbers of steps.
        steps: of the quantiser, levels.
        kinds: classes of the design.
    """

    zero: Floats
    one: Floats
    cell: Floats
    steps: Floats
    kinds: NDArray[np.uint8]

    @classmethod
    def of(cls, found: Floats, own: Floats, plan: Design, steps: NDArray[np.int64]) -> "Cells":
        """Of the coefficients at `places_of`; arguments are of the same blocks."""
        used = places_of(plan.classes, steps)
        each = steps.astype(np.float32).reshape(-1)[used % steps.size]
        middle = own.take(used)
        zero, one = ((middle + change.take(used)) / each for change in (plan.zero, plan.one))
        return cls(zero, one, np.rint(found.take(used) / each), each, plan.classes.take(used))


def places_of(classes: NDArray[np.uint8], steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Flat indices of coefficients that carry something and whose step is known: not 0."""
    return np.flatnonzero((classes > 0) & (steps > 0))


class Rounding(Protocol):
    """What a coder does."""

    def chances(self, cells: Cells) -> tuple[Floats, Floats]:
        """Of the cells, if the bit is 0 and if it is 1."""


@dataclass(frozen=True)
class Nearest:
    """The nearest cell, by the noise of the samples' rounding: deviation in levels."""

    deviation: float = ROUNDING

    def chances(self, cells: Cells) -> tuple[Floats, Floats]:
        slope = cells.steps / np.float32(self.deviation)
        zero, one = (self._within(at - cells.cell, slope) for at in (cells.zero, cells.one))
        return zero, one

    def _within(self, away: Floats, slope: Floats) -> Floats:
        above = _normal((np.float32(0.5) - away) * slope)
        return above - _normal((np.float32(-0.5) - away) * slope) + np.float32(FLOOR)


@dataclass(frozen=True)
class Learned:
    """Chances that a size is rounded up, by class, whole steps and part of a step; and that it
    ends in neither of the cells beside it."""

    up: Floats
    stray: float

    def chances(self, cells: Cells) -> tuple[Floats, Floats]:
        zero, one = (self._chance(*_outcomes(at, cells)) for at in (cells.zero, cells.one))
        return zero, one

    def _chance(self, parts: NDArray[np.int64], rounded: NDArray[np.int8]) -> Floats:
        up = self.up.take(parts)
        near = np.where(rounded == 1, up, 1 - up) * np.float32(1 - self.stray)
        return np.where(rounded == 2, np.float32(self.stray / 4), near)


def learned(cells: Cells) -> Learned:
    """What some thousands of cells show."""
    parts = _SIZES * _BINS * _CLASSES
    middle = (np.arange(_BINS) + 0.5) / _BINS
    assumed = np.tile(1 / (1 + np.exp(-12 * (middle - 0.5))), parts // _BINS)
    both = [_outcomes(at, cells) for at in (cells.zero, cells.one)]
    found = Learned(assumed.astype(np.float32), 0.02)
    for _ in range(_ROUNDS):
        zero, one = found.chances(cells)
        likely = zero / (zero + one)
        raised, near, stray = _BELIEF * assumed, np.full(parts, float(_BELIEF)), 0.0
        for (place, rounded), weight in zip(both, (likely, 1 - likely), strict=True):
            raised = raised + np.bincount(place, weight * (rounded == 1), parts)
            near += np.bincount(place, weight * (rounded < 2), parts)
            stray += float(weight[rounded == 2].sum())
        up = (raised / near).clip(_RARE, 1 - _RARE).astype(np.float32)
        found = Learned(up, max(stray / max(len(likely), 1), _RARE))
    return found


def likeliest(cells: Cells, deviation: float) -> Rounding | None:
    """The rounding that explains the cells of some blocks best, or None where none explains most.

    Args:
        deviation: of a coefficient before it is rounded, levels.
    """
    plain, other = Nearest(deviation), learned(cells)
    evidence = [float(np.log(sum(each.chances(cells)) / 2).sum()) for each in (plain, other)]
    if evidence[1] - other.up.size / 2 * log(max(len(cells.cell), 2)) > evidence[0]:
        return other if other.stray < 1 - _MOSTLY else None
    likely = np.maximum(*plain.chances(cells)) > _LIKELY
    return plain if np.count_nonzero(likely) >= _MOSTLY * len(likely) else None


def _outcomes(at: Floats, cells: Cells) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Index of a `Learned.up`, and whether the size was rounded down (0), up (1) or neither (2)."""
    size = np.abs(at)
    below = np.floor(size)
    part = np.minimum((size - below) * _BINS, _BINS - 1).astype(np.int64)
    whole = np.minimum(below, _SIZES - 1).astype(np.int64)
    cell = np.where(at < 0, -cells.cell, cells.cell)
    rounded = np.where(cell == below, 0, np.where(cell == below + 1, 1, 2)).astype(np.int8)
    return ((cells.kinds.astype(np.int64) - 1) * _SIZES + whole) * _BINS + part, rounded


def _normal(at: Floats) -> Floats:
    """Of the standard normal distribution, from a table: exactness does not matter here."""
    index = ((at + _REACH) * ((_STEPS - 1) / (2 * _REACH))).clip(0, _STEPS - 1)
    return _table()[index.astype(np.int32)]


@cache
def _table() -> Floats:
    grid = np.linspace(-_REACH, _REACH, _STEPS)
    return np.array([(1 + erf(value / sqrt(2))) / 2 for value in grid], np.float32)
