"""Contexts of one level's details, fast: both passes' halves of the chessboard kept apart.

What `sshr.coding.neighbourhood` defines is computed here from packed planes (..., 2, H, K), early
pass first, K = ceil(W / 2): row r of the early half holds the columns 2 k + r % 2, that of the late
half the columns in between. Every context is then computed for the pass that needs it alone, the
four neighbours of a detail lie in the other half one place apart, and a coarser level's detail
stands for the same k in both. With an odd W one place of each pair of rows does not exist.
"""

from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sshr.coding.neighbourhood import cross

Small = NDArray[np.signedinteger[Any]]
"""Features are int16, predictions of the type of the weights, see `Tables.small_weights`."""

T = TypeVar("T", bound=np.generic)


class Board:
    """Collects the magnitudes of one level and gives predictions for what comes next.

    Subbands come colour by colour, orientation by orientation, each as `predict` of turn 0, `put`
    of turn 0, `predict` of turn 1, `put` of turn 1.

    Args:
        parent: capped magnitudes (3, 3, H/2, W/2) of the next coarser level, not packed, or None.
        shape: (H, W) of this level's subbands.
        weights: (3, 3, 2, FEATURES), of this level.
    """

    def __init__(self, parent: Small | None, shape: tuple[int, int], weights: Small) -> None:
        self._weights = _by_feature(weights)
        self._totals = _from_parents(parent, shape, self._weights)
        self._crosses = np.empty_like(self._totals)
        # Sums over the earlier colours by orientation, over the earlier orientations of the colour.
        self._colours = np.zeros_like(self._totals[0])
        self._turned, self._turned_crosses = np.zeros_like(self._totals[0, :2])

    def predict(self, colour: int, orientation: int, turn: int) -> Small:
        """Fixed-point expected magnitudes (H, K) for a turn."""
        totals: Small = self._totals[colour, orientation]
        weights = self._weights[:, colour, orientation]
        if turn:
            totals[1] += weights[8, 1] * self._crosses[colour, orientation, 1]
        else:
            if colour:
                totals += weights[3] * self._colours[orientation]
                totals += weights[4] * self._crosses[colour - 1, orientation]
            if orientation:
                totals += weights[5] * self._turned
                totals += weights[6] * self._turned_crosses
        return totals[turn]

    def put(self, colour: int, orientation: int, turn: int, magnitudes: Small) -> None:
        """Take in the capped magnitudes (H, K) of a turn, zero where nothing exists."""
        crosses = self._crosses[colour, orientation, 1 - turn]
        _cross_into(crosses, magnitudes, turn)
        self._colours[orientation, turn] += magnitudes
        if orientation:
            self._turned[turn] += magnitudes
            self._turned_crosses[1 - turn] += crosses
        else:
            self._turned[turn] = magnitudes
            self._turned_crosses[1 - turn] = crosses


def predictions(parent: Small | None, magnitudes: Small, width: int, weights: Small) -> Small:
    """What a board that is given the packed `magnitudes` (3, 3, 2, H, K) predicts, at once."""
    weights = _by_feature(weights)
    totals = _from_parents(parent, (magnitudes.shape[-2], width), weights)
    crosses = np.empty_like(totals)
    for turn in range(2):
        _cross_into(crosses[:, :, 1 - turn], magnitudes[:, :, turn], turn)
    totals[1:] += weights[4, 1:] * crosses[:2]
    totals[:, :, 1] += weights[8, :, :, 1] * crosses[:, :, 1]
    totals[1] += weights[3, 1] * magnitudes[0]
    totals[2] += weights[3, 2] * (magnitudes[0] + magnitudes[1])
    for feature, planes in ((5, magnitudes), (6, crosses)):
        totals[:, 1] += weights[feature, :, 1] * planes[:, 0]
        totals[:, 2] += weights[feature, :, 2] * (planes[:, 0] + planes[:, 1])
    return totals


def _by_feature(weights: Small) -> Small:
    """(FEATURES, 3, 3, 2, 1, 1)."""
    return weights.transpose(3, 0, 1, 2)[..., None, None]


def _from_parents(parent: Small | None, shape: tuple[int, int], weights: Small) -> Small:
    """The part of all predictions (3, 3, 2, H, K) that is known before the level."""
    height, width = shape
    totals: Small = np.empty((3, 3, 2, height, (width + 1) // 2), weights.dtype)
    totals[...] = weights[0]
    if parent is not None:
        known = weights[1] * parent[:, :, None]
        known += weights[2] * cross(parent)[:, :, None]
        known += weights[7] * parent.sum((0, 1), dtype=parent.dtype)
        totals[..., 0::2, :] += known
        totals[..., 1::2, :] += known
    return totals


def pack(planes: NDArray[T]) -> NDArray[T]:
    """(..., H, W) -> (..., 2, H, K); zero where nothing exists."""
    *rest, height, width = planes.shape
    columns, half = (width + 1) // 2, width // 2
    make = np.zeros if width % 2 else np.empty
    packed: NDArray[T] = make((*rest, 2, height, columns), planes.dtype)
    packed[..., 0, 0::2, :] = planes[..., 0::2, 0::2]
    packed[..., 0, 1::2, :half] = planes[..., 1::2, 1::2]
    packed[..., 1, 0::2, :half] = planes[..., 0::2, 1::2]
    packed[..., 1, 1::2, :] = planes[..., 1::2, 0::2]
    return packed


def unpack(packed: NDArray[T], width: int) -> NDArray[T]:
    """Inverse of `pack`."""
    *rest, _, height, _ = packed.shape
    planes = np.empty((*rest, height, width), packed.dtype)
    half = width // 2
    planes[..., 0::2, 0::2] = packed[..., 0, 0::2, :]
    planes[..., 1::2, 1::2] = packed[..., 0, 1::2, :half]
    planes[..., 0::2, 1::2] = packed[..., 1, 0::2, :half]
    planes[..., 1::2, 0::2] = packed[..., 1, 1::2, :]
    return planes


def existing(halves: NDArray[T], width: int, turn: int | None = None) -> NDArray[T]:
    """What exists of packed planes (..., 2, H, K) or of a turn's half (H, K), in order, flat."""
    if width % 2 == 0:
        return halves.reshape(-1)
    there = _places(halves.shape[-2], width)
    return halves[..., there].reshape(-1) if turn is None else halves[there[turn]]


def fill(half: Small, width: int, turn: int, values: Small) -> None:
    """Put the values (n,) of a turn at the places of (H, K) that exist, in order."""
    if width % 2 == 0:
        half.reshape(-1)[:] = values
    else:
        half[_places(len(half), width)[turn]] = values


@lru_cache(maxsize=64)
def _places(height: int, width: int) -> NDArray[np.bool_]:
    """(2, H, K): which places of packed planes exist. Not to be written to."""
    return pack(np.ones((height, width), np.int32)).astype(bool)


def _cross_into(out: Small, half: Small, turn: int) -> None:
    """`cross` of one half (..., H, K) at the places of the other."""
    out[...] = half
    out[..., 1:, :] += half[..., :-1, :]
    out[..., :-1, :] += half[..., 1:, :]
    # Of the two neighbours in the row one has the same k, the other lies to the left or the right.
    out[..., turn::2, :-1] += half[..., turn::2, 1:]
    out[..., 1 - turn :: 2, 1:] += half[..., 1 - turn :: 2, :-1]
