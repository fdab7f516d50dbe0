"""SPAM features (Pevný, Bas, Fridrich 2010), of second order: how differences of neighbours go on.

Along a line of samples three differences in a row, cut to -3..3, make a triple. The shares of the
343 triples are averaged over the four directions along the axes, and over the four diagonal ones:
686 numbers. Concealing makes large differences next to small ones more frequent.
"""

import numpy as np
from numpy.typing import NDArray

from sshr.types import Rgb8

LARGEST = 3
_KINDS = 2 * LARGEST + 1
_STRAIGHT, _DIAGONAL = ((0, 1), (1, 0)), ((1, 1), (1, -1))


def spam_features(picture: Rgb8) -> NDArray[np.float64]:
    """(686,), the mean over R, G and B."""
    found = [_plane_features(picture[..., c].astype(np.int16)) for c in range(3)]
    mean: NDArray[np.float64] = np.mean(found, axis=0)
    return mean


def _plane_features(plane: NDArray[np.int16]) -> NDArray[np.float64]:
    both = (
        np.mean([_triples(plane, *step) for step in steps], axis=0)
        for steps in (_STRAIGHT, _DIAGONAL)
    )
    return np.concatenate([shares.ravel() for shares in both])


def _triples(plane: NDArray[np.int16], down: int, across: int) -> NDArray[np.float64]:
    """(7, 7, 7) shares of triples of differences along a direction, averaged with its opposite."""
    if across < 0:
        plane, across = plane[:, ::-1], -across
    height, width = plane.shape
    rows, columns = height - 3 * down, width - 3 * across
    line = [plane[i * down : i * down + rows, i * across : i * across + columns] for i in range(4)]
    steps = [(line[i] - line[i + 1]).clip(-LARGEST, LARGEST) + LARGEST for i in range(3)]
    code = (steps[0] * _KINDS + steps[1]) * _KINDS + steps[2]
    counts = np.bincount(code.ravel(), minlength=_KINDS**3).reshape(3 * (_KINDS,)) / code.size
    # Read the other way round, a triple is met backwards with all its signs changed.
    shares: NDArray[np.float64] = (counts + counts[::-1, ::-1, ::-1].transpose(2, 1, 0)) / 2
    return shares
