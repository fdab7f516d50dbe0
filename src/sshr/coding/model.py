"""What the coarse layer's code expects where: contexts, and the length that follows from them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sshr.coding.lowband import base_grid, groups
from sshr.coding.neighbourhood import Neighbourhood, second_pass
from sshr.coding.tables import LOW_SYMBOLS, SYMBOLS, Tables, contexts_of

Ints = NDArray[np.int32]
Subbands = tuple[Ints, list[Ints]]
"""Low band (3, h, w) and details (3, 3, h 2^n, w 2^n), coarsest level first; signed levels."""

LIMIT = 1 << 13
"""Levels lie inside (-LIMIT, LIMIT)."""

ESCAPE_BITS = 14
"""Of what a detail exceeds the largest symbol by, and of the low band's first grid."""

LOW_ESCAPE_BITS = ESCAPE_BITS + 1
"""Of a folded prediction error, which the two ends of the range bring to almost 4 LIMIT."""


class ContextModel:
    """Reads the levels of tiles as symbols in contexts, with one checkpoint's tables."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def length(self, subbands: Subbands) -> float:
        """Bits that `encode` will need, to about one in a thousand and 64 bits."""
        low, details = subbands
        grid = low[(slice(None), *base_grid(*low.shape[1:]))]
        total = float(grid.size * ESCAPE_BITS)
        for colour, plane in enumerate(low):
            for errors, spreads in self.low_symbols(plane):
                total += float(self.tables.low_bits[colour][spreads, errors].sum())
                total += LOW_ESCAPE_BITS * int((errors == LOW_SYMBOLS - 1).sum())
        for place, levels, contexts in self.contexts(details):
            magnitudes = np.minimum(np.abs(levels), SYMBOLS - 1)
            bits = self.tables.detail_bits[place[:2]].ravel()
            total += float(bits[contexts.astype(np.int32) * SYMBOLS + magnitudes].sum())
            total += int(np.count_nonzero(levels))
            total += ESCAPE_BITS * int((magnitudes == SYMBOLS - 1).sum())
        return total

    def contexts(
        self, details: list[Ints]
    ) -> Iterator[tuple[tuple[int, int, int], Ints, NDArray[np.uint8]]]:
        """(level, colour, orientation), levels (H, W) and contexts (H, W) of all subbands."""
        parent: Ints | None = None
        for n, band in enumerate(details):
            near = Neighbourhood(parent, band.shape[2:])
            late = second_pass(*band.shape[2:])
            for colour in range(3):
                for orientation in range(3):
                    levels = band[colour, orientation]
                    early = self.early(near, n, colour, orientation)
                    near.put(colour, orientation, levels)
                    contexts = np.where(late, self.late(near, n, colour, orientation), early)
                    yield (n, colour, orientation), levels, contexts
            parent = near.magnitudes

    def low_symbols(self, plane: Ints) -> Iterator[tuple[Ints, Ints]]:
        """Group by group of a low band (h, w): symbols and their contexts."""
        for errors, contexts in low_errors(plane):
            yield np.minimum(fold(errors), LOW_SYMBOLS - 1), contexts

    def early(
        self, near: Neighbourhood, n: int, colour: int, orientation: int
    ) -> NDArray[np.uint8]:
        """Contexts (H, W) for the first pass."""
        weights = self.tables.weights[n, colour, orientation, 0]
        return contexts_of(near.predict(colour, orientation, weights))

    def late(self, near: Neighbourhood, n: int, colour: int, orientation: int) -> NDArray[np.uint8]:
        """Contexts (H, W) for the second pass, which sees the first one around it."""
        weights = self.tables.weights[n, colour, orientation, 1]
        own = near.crosses[colour, orientation]
        return contexts_of(near.predict(colour, orientation, weights) + weights[-1] * own)


def low_errors(plane: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Group by group: prediction errors and contexts."""
    for group in groups(*plane.shape):
        mean, contexts = group.predict(plane)
        yield plane[group.rows, group.columns] - mean, contexts


def fold(errors: Ints) -> Ints:
    """0, 1, -1, 2, -2, ... -> 0, 1, 2, 3, 4, ..."""
    return (2 * np.abs(errors) - (errors > 0)).astype(np.int32)
