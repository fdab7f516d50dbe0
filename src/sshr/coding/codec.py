"""Entropy code of the coarse layer: signed levels of all subbands <-> 32-bit words.

An adaptive choice among trained integer distributions drives a range coder (`constriction`).
Everything that both sides must agree on is integer arithmetic.
"""

from typing import Any

import constriction
import numpy as np
from numpy.typing import NDArray

from sshr.coding.lowband import base_grid, groups
from sshr.coding.model import (
    ESCAPE_BITS,
    LIMIT,
    LOW_ESCAPE_BITS,
    ContextModel,
    Ints,
    Subbands,
    fold,
    low_errors,
)
from sshr.coding.neighbourhood import Neighbourhood, second_pass
from sshr.coding.tables import LOW_SYMBOLS, SYMBOLS

Categorical = constriction.stream.model.Categorical
RangeDecoder = constriction.stream.queue.RangeDecoder
RangeEncoder = constriction.stream.queue.RangeEncoder

Contexts = NDArray[np.integer[Any]]

_ESCAPE = constriction.stream.model.Uniform(1 << ESCAPE_BITS)
_LOW_ESCAPE = constriction.stream.model.Uniform(1 << LOW_ESCAPE_BITS)
_SIGN = constriction.stream.model.Uniform(2)


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
        for colour, plane in enumerate(low):
            for errors, spreads in low_errors(plane):
                models = _models(self.tables.low[colour])
                _put(coder, models, spreads, fold(errors), LOW_SYMBOLS, _LOW_ESCAPE)
        for place, levels, contexts in self.contexts(details):
            models = _models(self.tables.details[place[:2]])
            late = second_pass(*levels.shape)
            for chosen in (~late, late):
                values = levels[chosen]
                _put(coder, models, contexts[chosen], np.abs(values), SYMBOLS, _ESCAPE)
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
            models = _models(self.tables.low[colour])
            for group in groups(height, width):
                mean, contexts = group.predict(plane)
                errors = _unfold(_take(coder, models, contexts, LOW_SYMBOLS, _LOW_ESCAPE))
                plane[group.rows, group.columns] = mean + errors
        details: list[Ints] = []
        parent: Ints | None = None
        for n in range(self.tables.levels):
            shape = (height << n, width << n)
            near, band = Neighbourhood(parent, shape), np.zeros((3, 3, *shape), np.int32)
            late = second_pass(*shape)
            for colour in range(3):
                models = _models(self.tables.details[n, colour])
                for orientation in range(3):
                    levels = band[colour, orientation]
                    for chosen, look in ((~late, self.early), (late, self.late)):
                        found = look(near, n, colour, orientation)[chosen]
                        levels[chosen] = _take_signed(coder, models, found)
                        near.put(colour, orientation, levels)
            details.append(band)
            parent = near.magnitudes
        return low, details


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
    order = np.argsort(contexts, kind="stable")
    ordered = clipped[order]
    start = 0
    for model, count in zip(models, np.bincount(contexts, minlength=len(models)), strict=True):
        if count:
            coder.encode(ordered[start : start + count], model)
        start += count
    coder.encode((values[clipped == symbols - 1] - (symbols - 1)).astype(np.int32), escape)


def _take(coder: Any, models: list[Any], contexts: Contexts, symbols: int, escape: Any) -> Ints:
    """Inverse of `_put`."""
    order = np.argsort(contexts, kind="stable")
    ordered = np.empty(len(order), np.int32)
    start = 0
    for model, count in zip(models, np.bincount(contexts, minlength=len(models)), strict=True):
        if count:
            ordered[start : start + count] = coder.decode(model, int(count))
        start += count
    values = np.empty_like(ordered)
    values[order] = ordered
    escaped = values == symbols - 1
    values[escaped] += coder.decode(escape, int(escaped.sum()))
    return values


def _take_signed(coder: Any, models: list[Any], contexts: Contexts) -> Ints:
    values = _take(coder, models, contexts, SYMBOLS, _ESCAPE)
    nonzero = values != 0
    values[nonzero] *= 1 - 2 * coder.decode(_SIGN, int(nonzero.sum()))
    return values
