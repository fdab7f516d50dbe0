"""Entropy code of the coarse layer: signed levels of all subbands <-> 32-bit words.

An adaptive choice among trained integer distributions drives a range coder (`constriction`).
Everything that both sides must agree on is integer arithmetic.
"""

from functools import cached_property
from typing import Any

import constriction
import numpy as np
from numpy.typing import NDArray

from sshr.coding.board import Board, Small, existing, fill, pack, unpack
from sshr.coding.lowband import base_grid, groups
from sshr.coding.model import (
    ESCAPE_BITS,
    LIMIT,
    LOW_ESCAPE_BITS,
    ContextModel,
    Ints,
    Subbands,
    capped,
    fold,
    low_errors,
)
from sshr.coding.tables import LOW_SYMBOLS, SYMBOLS, contexts_of

Categorical = constriction.stream.model.Categorical
RangeDecoder = constriction.stream.queue.RangeDecoder
RangeEncoder = constriction.stream.queue.RangeEncoder

Contexts = NDArray[np.integer[Any]]

_ESCAPE = constriction.stream.model.Uniform(1 << ESCAPE_BITS)
_LOW_ESCAPE = constriction.stream.model.Uniform(1 << LOW_ESCAPE_BITS)
_SIGN = constriction.stream.model.Uniform(2)
_NOTHING = np.empty(0, np.int32)


class Codec(ContextModel):
    """Codes the levels of tiles with one checkpoint's tables."""

    def encode(self, subbands: Subbands) -> NDArray[np.uint32]:
        """The code words. Any words may follow them.

        Raises:
            ValueError: a level is outside (-LIMIT, LIMIT).
        """
        low, details = subbands
        if not _inside(subbands):
            raise ValueError("a level of the coarse layer is too large")
        coder = RangeEncoder()
        grid = low[(slice(None), *base_grid(*low.shape[1:]))]
        coder.encode((grid + LIMIT).ravel().astype(np.int32), _ESCAPE)
        grouped = list(low_errors(low))
        for colour, models in enumerate(self._low_models):
            for errors, spreads in grouped:
                _put(coder, models, spreads[colour], fold(errors[colour]), LOW_SYMBOLS, _LOW_ESCAPE)
        width = low.shape[2]
        magnitudes = [pack(capped(band)) for band in details]
        for n, predicted in enumerate(self.predictions(magnitudes, width)):
            packed, contexts = pack(details[n]), contexts_of(predicted)
            for place in np.ndindex(3, 3, 2):
                values = existing(packed[place], width << n, place[2])
                found = existing(contexts[place], width << n, place[2])
                models = self._detail_models[n][place[0]]
                _put(coder, models, found, np.abs(values), SYMBOLS, _ESCAPE)
                coder.encode((values[values != 0] < 0).astype(np.int32), _SIGN)
        words: NDArray[np.uint32] = coder.get_compressed()
        return words

    def decode(self, words: NDArray[np.uint32], height: int, width: int) -> Subbands:
        """Inverse of `encode`.

        Args:
            height, width: of the low band.

        Raises:
            ValueError: the words are not a code of this codec.
        """
        try:
            subbands = self._decode(RangeDecoder(words), height, width)
        except (AssertionError, ValueError, IndexError) as error:
            raise ValueError("the coarse layer's code makes no sense") from error
        if not _inside(subbands):
            raise ValueError("the coarse layer's code makes no sense")
        return subbands

    def _decode(self, coder: Any, height: int, width: int) -> Subbands:
        low = np.zeros((3, height, width), np.int32)
        grid = low[(slice(None), *base_grid(height, width))]
        grid[...] = coder.decode(_ESCAPE, grid.size).reshape(grid.shape) - LIMIT
        for colour, plane in enumerate(low):
            models = self._low_models[colour]
            for group in groups(height, width):
                mean, contexts = group.predict(plane)
                errors = _unfold(_take(coder, models, contexts, LOW_SYMBOLS, _LOW_ESCAPE))
                plane[group.rows, group.columns] = mean + errors
        details: list[Ints] = []
        parent: Small | None = None
        for n, models in enumerate(self._detail_models):
            weights = self.tables.small_weights[n]
            rows, columns = height << n, width << n
            board = Board(parent, (rows, columns), weights)
            packed = np.zeros((3, 3, 2, rows, (columns + 1) // 2), np.int16)
            for colour, orientation, turn in np.ndindex(3, 3, 2):
                own = packed[colour, orientation, turn]
                predicted = board.predict(colour, orientation, turn)
                found = existing(contexts_of(predicted), columns, turn)
                fill(own, columns, turn, _take_signed(coder, models[colour], found))
                board.put(colour, orientation, turn, capped(own))
            levels = unpack(packed, columns)
            details.append(levels.astype(np.int32))
            parent = capped(levels)
        return low, details

    @cached_property
    def _low_models(self) -> list[list[Any]]:
        """By colour and context."""
        return [_models(rows) for rows in self.tables.low]

    @cached_property
    def _detail_models(self) -> list[list[list[Any]]]:
        """By level, colour and context."""
        return [[_models(rows) for rows in level] for level in self.tables.details]


def _inside(subbands: Subbands) -> bool:
    low, details = subbands
    return all(plane.min() > -LIMIT and plane.max() < LIMIT for plane in (low, *details))


def _unfold(folded: Ints) -> Ints:
    half = (folded + 1) // 2
    return np.where(folded % 2, half, -half).astype(np.int32)


def _models(frequencies: Ints) -> list[Any]:
    """One distribution for each row."""
    return [Categorical(row / row.sum(), perfect=False) for row in frequencies.astype(np.float64)]


def _put(
    coder: Any, models: list[Any], contexts: Contexts, values: Ints, symbols: int, escape: Any
) -> None:
    """Code values >= 0 context by context; those of symbols - 1 and more escape."""
    clipped = np.minimum(values, symbols - 1).astype(np.int32)
    order, counts = _grouped(contexts, len(models))
    ordered = clipped[order]
    start = 0
    for model, count in zip(models, counts, strict=True):
        if count:
            coder.encode(ordered[start : start + count], model)
            start += count
    coder.encode((values[clipped == symbols - 1] - (symbols - 1)).astype(np.int32), escape)


def _take(coder: Any, models: list[Any], contexts: Contexts, symbols: int, escape: Any) -> Ints:
    """Inverse of `_put`."""
    order, counts = _grouped(contexts, len(models))
    runs = [coder.decode(models[i], count) for i, count in enumerate(counts) if count]
    values = np.empty(len(order), np.int32)
    values[order] = np.concatenate([_NOTHING, *runs])
    escaped = np.flatnonzero(values == symbols - 1)
    values[escaped] += coder.decode(escape, len(escaped))
    return values


def _grouped(contexts: Contexts, count: int) -> tuple[NDArray[np.intp], list[int]]:
    """The order that brings contexts together, and how often each of `count` occurs."""
    order = contexts.astype(np.uint8).argsort(kind="stable")  # a radix sort, for its small type
    return order, np.bincount(contexts, minlength=count).tolist()


def _take_signed(coder: Any, models: list[Any], contexts: Contexts) -> Ints:
    values = _take(coder, models, contexts, SYMBOLS, _ESCAPE)
    nonzero = np.flatnonzero(values != 0)
    values[nonzero] *= 1 - 2 * coder.decode(_SIGN, len(nonzero))
    return values
