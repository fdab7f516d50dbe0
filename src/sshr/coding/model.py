"""What the coarse layer's code expects where: contexts, and the length that follows from them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.coding.board import Small, existing, pack, predictions, unpack
from sshr.coding.lowband import base_grid, groups
from sshr.coding.tables import CAP, LOW_SYMBOLS, Tables, contexts_of

Ints = NDArray[np.int32]
Magnitudes = NDArray[np.int16]
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
        return self.low_length(low) + self.details_length(
            [pack(capped(band)) for band in details], low.shape[2]
        )

    def low_length(self, low: Ints) -> float:
        """What the low band (3, h, w) adds to `length`."""
        grid = low[(slice(None), *base_grid(*low.shape[1:]))]
        total = float(grid.size * ESCAPE_BITS)
        colours = np.arange(3)[:, None]
        for errors, spreads in self.low_symbols(low):
            total += float(self.tables.low_bits[colours, spreads, errors].sum())
            total += LOW_ESCAPE_BITS * np.count_nonzero(errors == LOW_SYMBOLS - 1)
        return total

    def predictions(self, magnitudes: list[Magnitudes], width: int) -> Iterator[Small]:
        """Packed (3, 3, 2, H, K) by level.

        Args:
            magnitudes: see `capped`, packed.
            width: of the low band.
        """
        parent: Small | None = None
        for n, (own, weights) in enumerate(zip(magnitudes, self.tables.small_weights, strict=True)):
            yield predictions(parent, own, width << n, weights)
            parent = unpack(own, width << n)

    def details_length(self, magnitudes: list[Magnitudes], width: int) -> float:
        """What the details add to `length`; arguments as those of `predictions`."""
        total = 0.0
        for n, predicted in enumerate(self.predictions(magnitudes, width)):
            for colour in range(3):
                values = existing(magnitudes[n][colour], width << n)
                expected = existing(predicted[colour], width << n)
                total += float(self.tables.zero_bits[n, colour].take(expected, mode="clip").sum())
                places = np.flatnonzero(values != 0)
                there, values = contexts_of(expected[places]), values[places]
                more = self.tables.detail_bits[n, colour]
                total += float((more[there, values] - more[there, 0]).sum())
                total += len(places) + ESCAPE_BITS * np.count_nonzero(values == CAP)
        return total

    def contexts(
        self, details: list[Ints]
    ) -> Iterator[tuple[tuple[int, int, int], Ints, NDArray[np.uint8]]]:
        """(level, colour, orientation), levels (H, W) and contexts (H, W) of all subbands."""
        packed = [pack(capped(band)) for band in details]
        for n, predicted in enumerate(self.predictions(packed, details[0].shape[3])):
            contexts = unpack(contexts_of(predicted), details[n].shape[3])
            for colour, orientation in np.ndindex(3, 3):
                place = (colour, orientation)
                yield (n, *place), details[n][place], contexts[place]

    def low_symbols(self, planes: Ints) -> Iterator[tuple[Ints, Ints]]:
        """Group by group of low bands (..., h, w): symbols and their contexts, both (..., n)."""
        for errors, contexts in low_errors(planes):
            yield np.minimum(fold(errors), LOW_SYMBOLS - 1), contexts


def capped(levels: NDArray[np.signedinteger[Any]]) -> Magnitudes:
    """Magnitudes as their neighbours see them, which are their symbols too."""
    return np.minimum(np.abs(levels), CAP).astype(np.int16, copy=False)


def low_errors(planes: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Group by group of low bands (..., h, w): prediction errors and contexts, both (..., n)."""
    for group in groups(*planes.shape[-2:]):
        mean, contexts = group.predict(planes)
        yield planes[..., group.rows, group.columns] - mean, contexts


def fold(errors: Ints) -> Ints:
    """0, 1, -1, 2, -2, ... -> 0, 1, 2, 3, 4, ..."""
    return (2 * np.abs(errors) - (errors > 0)).astype(np.int32)
