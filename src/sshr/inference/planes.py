"""Tiles of pictures as centred colour planes, and planes as blocks and frequencies; in NumPy.

As `Transform`, `BlockBank` and `FrequencyRows` of `sshr.network`.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sshr.network.constants import MEAN_COLOUR, opponent
from sshr.rounding.kernels import dct_array, frequency_order
from sshr.types import Rgb8

Floats = NDArray[np.float32]


def to_unit(tile: Rgb8 | Floats) -> Floats:
    """(H, W, 3) levels -> (3, H, W) in [0, 1]."""
    planes: Floats = np.ascontiguousarray(tile.transpose(2, 0, 1), np.float32)
    if planes.base is not None:
        planes = planes.copy()  # already so: the picture itself must stay as it is
    planes /= np.float32(255)
    return planes


def to_levels(unit: Floats) -> Floats:
    """Inverse of `to_unit`."""
    return np.ascontiguousarray(unit.transpose(1, 2, 0)) * np.float32(255)


class Colour:
    """RGB in [0, 1] <-> centred planes, (3, H, W) each.

    Args:
        axes: `opponent` or `rgb`.
    """

    def __init__(self, axes: str) -> None:
        matrix = opponent() if axes == "opponent" else np.eye(3)
        self._matrix = matrix.astype(np.float32)
        self._mean = np.array(MEAN_COLOUR, np.float32)[:, None]

    def planes(self, unit: Floats) -> Floats:
        """Centred planes."""
        turned: Floats = self._matrix @ (unit.reshape(3, -1) - self._mean)
        return turned.reshape(unit.shape)

    def unit(self, planes: Floats) -> Floats:
        """Inverse of `planes`; not clamped."""
        turned: Floats = self._matrix.T @ planes.reshape(3, -1)
        turned += self._mean
        return turned.reshape(planes.shape)


@lru_cache(maxsize=64)
def dct_matrix(size: int) -> Floats:
    """The (size, size) orthonormal DCT-II; shared, so it is not to be written to."""
    matrix = dct_array(size).astype(np.float32)
    matrix.setflags(write=False)
    return matrix


def split_blocks(planes: Floats, side: int) -> Floats:
    """Planes (3, H, W) -> tokens (3 side^2, H / side, W / side), as `BlockBank.split`."""
    height, width = planes.shape[1] // side, planes.shape[2] // side
    matrix = dct_matrix(side)
    across = planes.reshape(-1, side) @ matrix.T
    lines = across.reshape(3 * height, side, width * side)
    both = (matrix @ lines).reshape(3, height, side, width, side)
    return np.ascontiguousarray(both.transpose(0, 2, 4, 1, 3)).reshape(-1, height, width)


def join_blocks(tokens: Floats, side: int) -> Floats:
    """Inverse of `split_blocks`."""
    _, height, width = tokens.shape
    matrix = dct_matrix(side)
    blocks = tokens.reshape(3, side, side, height, width).transpose(0, 3, 1, 4, 2)
    lines = np.ascontiguousarray(blocks).reshape(3 * height, side, width * side)
    planes = (matrix.T @ lines).reshape(-1, side) @ matrix
    return np.asarray(planes.reshape(3, height * side, width * side), np.float32)


def spectrum_of(planes: Floats) -> Floats:
    """DCT of whole planes (3, H, W)."""
    return np.matmul(dct_matrix(planes.shape[1]) @ planes, dct_matrix(planes.shape[2]).T)


def planes_of(spectrum: Floats) -> Floats:
    """Inverse of `spectrum_of`."""
    return np.matmul(dct_matrix(spectrum.shape[1]).T @ spectrum, dct_matrix(spectrum.shape[2]))


@lru_cache(maxsize=16)
def frequency_places(height: int, width: int) -> NDArray[np.int32]:
    """Where the entries of a row of `FrequencyRows` stand in a flat spectrum (3, H, W)."""
    order = frequency_order(height, width).astype(np.int32)
    places = (order[:, None] + np.arange(3, dtype=np.int32) * (height * width)).ravel()
    places.setflags(write=False)
    return places
