"""A part of a large reference that stands for all of it, where a mean is wanted."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.layers import Ground

WINDOW, ACROSS = 64, 16
"""Samples a side of a window, and windows a side."""


def sampled(ground: Ground) -> Ground:
    """Windows spread evenly over a reference, put together; all of it where that is not larger.

    The frame stays that of the whole: only plan and reference are cut.
    """
    height, width = ground.reference.shape[:2]
    if min(height, width) < WINDOW or height * width <= 2 * (WINDOW * ACROSS) ** 2:
        return ground
    plan, side = ground.plan, ground.plan.side
    tops, lefts = (_starts(length, side) for length in (height, width))

    def cut(array: NDArray, unit: int) -> NDArray:
        return np.concatenate(
            [
                np.concatenate([_window(array, top, left, unit) for left in lefts], axis=1)
                for top in tops
            ]
        )

    zero, one, classes = (cut(each, side) for each in (plan.zero, plan.one, plan.classes))
    part = replace(plan, zero=zero, one=one, classes=classes)
    return replace(ground, reference=cut(ground.reference, 1), plan=part)


def _starts(length: int, side: int) -> list[int]:
    """Of windows, on the grid of blocks."""
    return [int(at) // side * side for at in np.linspace(0, length // side * side - WINDOW, ACROSS)]


def _window(array: NDArray, top: int, left: int, unit: int) -> NDArray:
    rows, columns = (slice(at // unit, (at + WINDOW) // unit) for at in (top, left))
    return array[rows, columns]
