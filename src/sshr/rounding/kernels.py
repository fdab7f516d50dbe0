"""Noise-shaped rounding: rings of frequencies, and where a sample's rounding error is made good.

The receiver multiplies a coefficient of frequency ring j by 1 / gain_j, so what rounding errors E
do to the revealed picture is E^T Q E with Q = V^T diag(1 / power_j) V, V the tile's DCT and power_j
the noise that ring j can bear. An error d of one sample is answered by changes f of the samples
that come after it, such that (d + f)^T Q (d + f) is least: a linear system for each kind of place.
At the right and lower edges fewer samples come after, and at all edges the DCT mirrors the picture,
so places close to an edge have kernels of their own.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

REACH = 4
ROUNDING = 1 / 12 / 255**2
"""Variance of rounding to 8 bits, on [0, 1] samples."""

_SIDE = 64  # of the tile that kernels are computed for; rings are shares, so any side would do
_RIDGE = 1e-7

Kernels = NDArray[np.float32]
"""(rows below: 0..REACH, column: see `column_kinds`, dy: 0..REACH, dx: -REACH..REACH)."""


def frequency_order(height: int, width: int) -> NDArray[np.int64]:
    """Flat indices of a DCT's coefficients (H, W) by their distance from zero frequency."""
    rows, columns = np.arange(height) * np.pi / height, np.arange(width) * np.pi / width
    distance = np.hypot(rows[:, None], columns[None]).round(9)  # ties by index, on any machine
    return np.argsort(distance.ravel(), kind="stable")


def dct_array(size: int) -> NDArray[np.float64]:
    """The (size, size) orthonormal DCT-II: row k is the atom of frequency k."""
    k, i = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    matrix = np.sqrt(2 / size) * np.cos(np.pi * (2 * i + 1) * k / (2 * size))
    matrix[0] /= np.sqrt(2)
    return matrix


def split_count(count: int, shares: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to `shares`, adding up to `count`."""
    whole = sum(shares)
    ends = [round(count * sum(shares[: i + 1]) / whole) for i in range(len(shares))]
    return [end - start for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def row_kinds(height: int) -> NDArray[np.int64]:
    """First index into `Kernels` of each row: how many rows are below, at most REACH."""
    return np.minimum(np.arange(height)[::-1], REACH)


def column_kinds(width: int) -> NDArray[np.int64]:
    """Second index of each column: its number for the first REACH, then REACH in the middle, and
    towards the right edge up to 2 REACH in the last column.
    """
    column = np.arange(width)
    right = column - (width - 1 - REACH)
    return np.where(right > 0, REACH + right, np.minimum(column, REACH))


@lru_cache(maxsize=8)
def design(shares: tuple[float, ...], powers: tuple[float, ...]) -> Kernels:
    """Kernels for a noise whose power in rings of these shares is to be like `powers`."""
    weights = _weights(shares, powers)
    basis = dct_array(_SIDE)
    kernels = np.zeros((REACH + 1, 2 * REACH + 1, REACH + 1, 2 * REACH + 1), np.float32)
    for below in range(REACH + 1):
        row = _SIDE // 2 if below == REACH else _SIDE - 1 - below
        for kind in range(2 * REACH + 1):
            column = _column(kind)
            places = [
                (dy, dx)
                for dy in range(below + 1)
                for dx in range(-REACH, REACH + 1)
                if (dy, dx) > (0, 0) and 0 <= column + dx < _SIDE
            ]
            if not places:
                continue
            dy, dx = np.array([(0, 0), *places]).T
            atoms = basis[:, row + dy][:, None] * basis[:, column + dx][None]
            atoms = atoms.reshape(_SIDE * _SIDE, -1)
            q = atoms.T @ (weights[:, None] * atoms)
            inner = q[1:, 1:] + _RIDGE * np.trace(q) / len(q) * np.eye(len(places))
            kernels[below, kind, dy[1:], dx[1:] + REACH] = -np.linalg.solve(inner, q[1:, 0])
    kernels.setflags(write=False)
    return kernels


@lru_cache(maxsize=8)
def achieved(shares: tuple[float, ...], powers: tuple[float, ...]) -> tuple[float, ...]:
    """The noise's power in each ring that the kernels of `design` give, far from the edges.

    White noise of rounding has 1 in every ring. A kernel of finite reach cannot follow steps.
    """
    kernel = design(shares, powers)[REACH, REACH].astype(np.float64)
    kernel[0, REACH] = 1.0
    grid = np.zeros((2 * _SIDE, 2 * _SIDE))
    grid[: REACH + 1, : REACH + 1] = kernel[:, REACH:]
    grid[: REACH + 1, -REACH:] = kernel[:, :REACH]
    response = np.square(np.abs(np.fft.fft2(grid)))[:_SIDE, :]
    both = (response[:, :_SIDE] + response[:, (-np.arange(_SIDE)) % (2 * _SIDE)]) / 2
    row = both.ravel()[frequency_order(_SIDE, _SIDE)]
    parts = np.split(row, np.cumsum(split_count(_SIDE * _SIDE, shares))[:-1])
    return tuple(float(part.mean()) if len(part) else 1.0 for part in parts)


def _column(kind: int) -> int:
    if kind < REACH:
        return kind
    return _SIDE // 2 if kind == REACH else _SIDE - 1 - (2 * REACH - kind)


def _weights(shares: Sequence[float], powers: Sequence[float]) -> NDArray[np.float64]:
    """1 / power of every coefficient of a tile of _SIDE, flat."""
    counts = split_count(_SIDE * _SIDE, shares)
    weights = np.empty(_SIDE * _SIDE)
    weights[frequency_order(_SIDE, _SIDE)] = np.repeat(1 / np.array(powers), counts)
    return weights
