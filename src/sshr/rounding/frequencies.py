"""Rings of frequencies: which coefficients of a tile's DCT are alike."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


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
