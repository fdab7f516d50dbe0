"""The low band's order of coding: ever finer grids, each predicted from the coarser one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from sshr.coding.tables import LOW_CONTEXTS

Ints = NDArray[np.int32]
STRIDE = 8
"""Of the first grid, which nothing predicts."""

_FAR = np.int32(np.iinfo(np.int32).max)
_EDGES = np.array([1, 2, 4, 7, 12, 20, 36], np.int32)
assert len(_EDGES) == LOW_CONTEXTS - 1


@dataclass(frozen=True)
class Group:
    """Places that are coded together: rows and columns (n,), and those of their neighbours.

    `near` (4, n) indexes the flat plane; `valid` (4, n) says which neighbours exist.
    """

    rows: Ints
    columns: Ints
    near: Ints
    valid: NDArray[np.bool_]

    @cached_property
    def count(self) -> Ints:
        """(n,), of the neighbours that exist."""
        return self.valid.sum(0, dtype=np.int32)

    def predict(self, planes: Ints) -> tuple[Ints, Ints]:
        """Prediction (..., n), the mean of the known neighbours, and context by their spread.

        Args:
            planes: (..., h, w), each predicted for itself.
        """
        known = planes.reshape(*planes.shape[:-2], -1)[..., self.near]
        total = np.where(self.valid, known, 0).sum(-2, dtype=np.int32)
        mean = (2 * total + self.count) // (2 * self.count)
        high = np.where(self.valid, known, -_FAR).max(-2)
        spread = high - np.where(self.valid, known, _FAR).min(-2)
        return mean.astype(np.int32), _EDGES.searchsorted(spread, side="right").astype(np.int32)


def base_grid(height: int, width: int) -> tuple[slice, slice]:
    """The places that are coded without a prediction."""
    return slice(0, height, STRIDE), slice(0, width, STRIDE)


@lru_cache(maxsize=64)
def groups(height: int, width: int) -> tuple[Group, ...]:
    """All other places in the order of coding: per stride the centres, then the edges between."""
    return tuple(_groups(height, width))


def _groups(height: int, width: int) -> Iterator[Group]:
    stride = STRIDE
    while stride > 1:
        half = stride // 2
        diagonal = ((-half, -half), (-half, half), (half, -half), (half, half))
        direct = ((-half, 0), (half, 0), (0, -half), (0, half))
        yield from _group(_places(height, width, stride, half, half), diagonal, height, width)
        first = _places(height, width, stride, 0, half)
        second = _places(height, width, stride, half, 0)
        both = (np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]]))
        yield from _group(both, direct, height, width)
        stride = half


def _places(height: int, width: int, stride: int, top: int, left: int) -> tuple[Ints, Ints]:
    rows, columns = np.meshgrid(
        np.arange(top, height, stride, dtype=np.int32),
        np.arange(left, width, stride, dtype=np.int32),
        indexing="ij",
    )
    return rows.ravel(), columns.ravel()


def _group(
    places: tuple[Ints, Ints], offsets: tuple[tuple[int, int], ...], height: int, width: int
) -> Iterator[Group]:
    rows, columns = places
    if not len(rows):
        return
    down, right = np.array(offsets, np.int32).T[..., None]
    near_rows, near_columns = rows + down, columns + right
    valid = (near_rows >= 0) & (near_rows < height) & (near_columns >= 0) & (near_columns < width)
    near = np.where(valid, near_rows * width + near_columns, 0).astype(np.int32)
    yield Group(rows, columns, near, valid)
