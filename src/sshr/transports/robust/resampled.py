"""What a plane that was cut or resized tells of the bits, with or without a coder after that."""

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.blocks import samples
from sshr.transports.robust.design import Design
from sshr.transports.robust.noise_ratios import noisy_ratios
from sshr.transports.robust.requantised import likely_changes
from sshr.transports.robust.resampling import Box, Floats, Resampling

Blocks = tuple[slice, slice]
"""Rows and columns of blocks."""

Ratios = NDArray[np.float32]


def part_of(plan: Design, blocks: Blocks) -> Design:
    """The design of some blocks."""
    return Design(plan.zero[blocks], plan.one[blocks], plan.classes[blocks], plan.deviation)


def resampled_ratios(
    way: Resampling, plan: Design, blocks: Blocks, grid: tuple[int, int], across: bool = False
) -> tuple[Ratios, str]:
    """Logarithms of P(0) / P(1) in these blocks of a design, and what a coder has done in words.

    Args:
        grid: where the coder's blocks begin in the plane that was received.
        across: the coder saw columns as rows.
    """
    found = requantised_ratios(way, plan, blocks, grid, across)
    if found is not None:
        return found
    return noisy_ratios(way.back(way.residual, _box(blocks, plan.side)), part_of(plan, blocks)), ""


def requantised_ratios(
    way: Resampling, plan: Design, blocks: Blocks, grid: tuple[int, int], across: bool = False
) -> tuple[Ratios, str] | None:
    """`resampled_ratios` where there was a coder, or None."""

    def predict() -> Floats:
        middle = (plan.zero.astype(np.float64) + plan.one) / 2
        expected = way.predicted + way.forward(samples(middle, way.whole))
        return expected.T if across else expected

    seen, first = (way.seen.T, grid[::-1]) if across else (way.seen, grid)
    found = likely_changes(seen, predict, first)
    if found is None:
        return None
    changes, words = found
    changes = way.back(changes.T if across else changes, _box(blocks, plan.side))
    ratios = noisy_ratios(changes, even(part_of(plan, blocks)))
    return ratios, words


def even(plan: Design) -> Design:
    """The design without what both changes of a coefficient have in common."""
    half = (plan.one - plan.zero) / np.float32(2)
    return Design(-half, half, plan.classes, plan.deviation)


def _box(blocks: Blocks, side: int) -> Box:
    down, across = blocks
    return side * across.start, side * down.start, side * across.stop, side * down.stop
