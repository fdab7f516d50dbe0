"""How much of a picture has had its lowest bits replaced: estimates that need no training.

Sample pairs and primary sets (Dumitrescu, Wu and Wang 2003), RS analysis (Fridrich, Goljan and Du
2001), pairs of values (Westfeld and Pfitzmann 1999). Each gives the share of samples that carry
a bit, 0 to about 1, of (H, W) uint8 planes or (H, W, 3) uint8 RGB; nan where it has none.
"""

import math
from collections.abc import Callable, Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from sshr.types import Rgb8

Plane = NDArray[np.uint8]
Values = NDArray[np.int16]

_MASKS = (np.array([1, 0, 0, 1]), np.array([0, 1, 1, 0]))
BLOCK = 1024
"""Samples between two tests of the pairs of values."""

Otherwise = Callable[[float, float, float], float]
Take = Callable[[list[float]], float]


def _nearest(roots: list[float]) -> float:
    return min(roots, key=abs)


def _middle(square: float, slope: float, level: float) -> float:
    return -slope / (2 * square)


def _line(square: float, slope: float, level: float) -> float:
    return level / slope if slope else math.nan


def _nothing(square: float, slope: float, level: float) -> float:
    return math.nan


def sample_pairs(picture: Rgb8, published: bool = False) -> float:
    """Disjoint neighbours along rows and columns; mean over the channels.

    Args:
        published: as StegExpose does where the equation has no root, as when all bits are
            replaced: its straight line then says nearly nothing. Else the roots' real part.
    """
    found = []
    for channel in range(3):
        plane = picture[..., channel].astype(np.int16)
        both = [_pair_counts(*_neighbours(side)) for side in (plane, plane.T)]
        counts: NDArray[np.int64] = np.sum(both, axis=0)
        found.append(_pair_rate(counts, _line if published else _middle))
    return float(np.mean(found))


def primary_sets(picture: Rgb8, published: bool = False) -> float:
    """Disjoint neighbours along the rows of the red channel.

    Args:
        published: as StegExpose counts, which takes for pairs that differ in their lowest bit
            alone many others, and has nothing to say where the equation has no root.
    """
    first, second = _neighbours(picture[..., 0].astype(np.int16))
    counts = _pair_counts(first, second)
    if published:
        even, odd = first % 2 == 0, second % 2 == 1
        apart = np.where(odd, first < second, first > second)
        counts[3] = np.count_nonzero(apart & ((even & odd) | ~even))
    return _pair_rate(counts, _nothing if published else _middle, min)


def rs_analysis(picture: Rgb8) -> float:
    """Groups of 2x2 samples, disjoint and overlapping ones; mean over the channels."""
    found = []
    for channel in range(3):
        plane = picture[..., channel].astype(np.int16)
        for step in (1, 2):
            height, width = (side - side % 2 for side in plane.shape)
            found.append(_rs_rate(_groups(plane[:height, :width], step)))
    return float(np.mean(found))


def pairs_of_values(samples: Iterable[int] | NDArray[np.uint8]) -> NDArray[np.float64]:
    """After each `BLOCK` samples, how likely the even values of all samples so far are as frequent
    as the odd ones above them: (blocks,), near 1 where the lowest bits are a message."""
    flat = np.asarray(samples, np.uint8).reshape(-1)
    counts = np.ones(256)  # so that no expectation is zero
    odds = []
    for start in range(0, len(flat) - BLOCK + 1, BLOCK):
        counts += np.bincount(flat[start : start + BLOCK], minlength=256)
        odds.append(_even_odds(counts))
    return np.array(odds)


def _even_odds(counts: NDArray[np.float64]) -> float:
    """1 - the chi-square distribution of 127 degrees at this picture's statistic."""
    expected = (counts[::2] + counts[1::2]) / 2
    statistic = float((np.square(counts[::2] - expected) / expected).sum())
    degrees = torch.tensor((len(expected) - 1) / 2, dtype=torch.float64)
    return float(torch.special.gammaincc(degrees, degrees.new_tensor(statistic / 2)))


def _neighbours(plane: Values) -> tuple[Values, Values]:
    width = plane.shape[1] - plane.shape[1] % 2
    return plane[:, :width:2], plane[:, 1:width:2]


def _pair_counts(first: Values, second: Values) -> NDArray[np.int64]:
    """|X|, |Y|, |Z|, |W| of the paper; W is the part of Y that differs in the lowest bit alone."""
    odd = second % 2 == 1
    x = np.where(odd, first > second, first < second)
    y = np.where(odd, first < second, first > second)
    w = (first // 2 == second // 2) & (first != second)
    return np.array([np.count_nonzero(each) for each in (x, y, first == second, w)])


def _pair_rate(counts: NDArray[np.int64], otherwise: Otherwise, take: Take = _nearest) -> float:
    """A root of (W + Z)/2 q^2 + (2X - P) q + Y - X."""
    x, y, z, w = counts.tolist()
    return _root((w + z) / 2, 2 * x - (x + y + z), y - x, otherwise, take)


def _root(square: float, slope: float, level: float, otherwise: Otherwise, take: Take) -> float:
    inside = slope**2 - 4 * square * level
    if square == 0:
        return -level / slope if slope else math.nan
    if inside < 0:
        return otherwise(square, slope, level)
    return take([(-slope + sign * math.sqrt(inside)) / (2 * square) for sign in (1, -1)])


def _groups(plane: Values, step: int) -> Values:
    """(4, n): the samples of every group, row by row."""
    height, width = plane.shape
    parts = [
        plane[down : height - 1 + down : step, right : width - 1 + right : step]
        for down in (0, 1)
        for right in (0, 1)
    ]
    return np.stack([part.ravel() for part in parts])


def _rs_rate(groups: Values) -> float:
    regular = _excess(groups)
    other = _excess(_flipped(groups))
    (d0, d_0), (d1, d_1) = regular, other
    slope = d_0 - d_1 - d1 - 3 * d0
    root = _root(2 * (d1 + d0), slope, d0 - d_0, _line, _nearest)
    return abs(root / (root - 0.5)) if root != 0.5 else math.nan


def _excess(groups: Values) -> tuple[int, int]:
    """Regular groups less singular ones: by flipping the mask's samples, and by flipping them
    shifted (2k - 1 with 2k)."""
    before = _roughness(groups)
    found = []
    for flip in (_flipped, _shifted):
        total = 0
        for mask in _MASKS:
            after = _roughness(np.where(mask[:, None], flip(groups), groups))
            total += int(np.count_nonzero(after > before)) - int(np.count_nonzero(after < before))
        found.append(total)
    return found[0], found[1]


def _roughness(groups: Values) -> Values:
    """The sum of differences around each square."""
    a, b, c, d = groups
    rough: Values = np.abs(a - b) + np.abs(b - d) + np.abs(d - c) + np.abs(c - a)
    return rough


def _flipped(values: Values) -> Values:
    return values ^ 1


def _shifted(values: Values) -> Values:
    return ((values + 1) ^ 1) - 1
