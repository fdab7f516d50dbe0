"""Square luma blocks and their DCT, in integers where both sides must agree to the bit."""

import numpy as np
from numpy.typing import NDArray

from sshr.types import Rgb8

SIDE = 8
"""Of JPEG's blocks."""

ONE = 1 << 12
WEIGHTS = (1225, 2404, 467)
"""Of R, G and B in the luma, in units of 1 / ONE: those of JPEG; in 8 bits they would be too coarse
for saturated colours."""

MIDDLE = 128 * SIDE
"""A JPEG coder takes 128 off each sample first: so much off each block's first coefficient."""

FINE = 12
"""Bits after the point of the integer DCT's matrix."""

_POINT = 2 * FINE + ONE.bit_length() - 2
_BAND = 32
"""Rows, or rows of blocks, that are looked at together."""

_ENOUGH = 1 << 14

Floats = NDArray[np.floating]


def dct_matrix(side: int = SIDE) -> Floats:
    """(side, side), orthonormal, one basis function in each row."""
    n = np.arange(side)
    basis = np.cos((2 * n[None] + 1) * n[:, None] * np.pi / (2 * side)) * np.sqrt(2 / side)
    basis[0] /= np.sqrt(2)
    return basis


def luma(picture: Rgb8) -> NDArray[np.float32]:
    """(H, W) luma times ONE, whole numbers below 2^24: exact."""
    return _weighted(picture, np.array(WEIGHTS, np.float32))


def levels(picture: Rgb8) -> NDArray[np.float32]:
    """(H, W) luma in levels, for whatever need not agree to the bit."""
    return _weighted(picture, np.array(WEIGHTS, np.float32) / np.float32(ONE))


def _weighted(picture: Rgb8, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    found = np.empty(picture.shape[:2], np.float32)
    for first in range(0, len(picture), _BAND):
        rows = picture[first : first + _BAND].astype(np.float32)
        np.matmul(rows, weights, out=found[first : first + _BAND])
    return found


def to_blocks(plane: NDArray, side: int = SIDE) -> NDArray:
    """(H, W) -> (rows, columns, side, side) of the whole blocks from the top left."""
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    cut = plane[: rows * side, : columns * side]
    return cut.reshape(rows, side, columns, side).swapaxes(1, 2)


def from_blocks(blocks: NDArray, shape: tuple[int, int]) -> NDArray:
    """Inverse of `to_blocks`; zero outside the whole blocks."""
    plane = np.zeros(shape, blocks.dtype)
    rows, columns, side = blocks.shape[:3]
    plane[: rows * side, : columns * side] = blocks.swapaxes(1, 2).reshape(
        rows * side, columns * side
    )
    return plane


def half_steps(picture: Rgb8) -> NDArray[np.int16]:
    """floor(2 c) of every luma coefficient c that a JPEG coder sees, (rows, columns, 8, 8): whole
    numbers throughout, so the same on every machine."""
    basis = np.rint(dct_matrix() * (1 << FINE))
    found = np.empty((picture.shape[0] // SIDE, picture.shape[1] // SIDE, SIDE, SIDE), np.int16)
    for first in range(0, len(found), _BAND):
        rows = luma(picture[SIDE * first : SIDE * (first + _BAND)]).astype(np.float64)
        whole = basis @ to_blocks(rows, SIDE) @ basis.T  # below 2^53: exact
        found[first : first + _BAND] = whole.astype(np.int64)[: len(found) - first] >> _POINT
    found[:, :, 0, 0] -= 2 * MIDDLE
    return found


def coefficients(plane: Floats, side: int = SIDE, every: int = 1) -> Floats:
    """DCT of a plane's blocks: (rows, columns, side, side); of every so many-th row of blocks."""
    basis = dct_matrix(side).astype(plane.dtype)
    return basis @ to_blocks(plane, side)[::every] @ basis.T


def thinned(rows: int, columns: int) -> int:
    """From one row of blocks to the next, where some thousands of blocks stand for all."""
    return max(rows * columns // _ENOUGH, 1)


def coded_coefficients(plane: Floats, every: int = 1) -> Floats:
    """What a JPEG coder sees of a plane: `coefficients`."""
    found = coefficients(plane, every=every)
    found[:, :, 0, 0] -= MIDDLE
    return found


def samples(blocks: Floats, shape: tuple[int, int]) -> Floats:
    """The plane whose blocks have these coefficients."""
    basis = dct_matrix(blocks.shape[-1])
    return from_blocks(basis.T @ blocks @ basis, shape)
