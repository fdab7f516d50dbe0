"""Image metrics on HWC uint8 RGB: all pixels and channels, values 0..255, peak 255.

PSNR, MAE and RMSE come from one exact count of the differences, so they agree with each other:
PSNR = 20 log10(255 / RMSE) and MAE <= RMSE.
"""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from sshr.errors import UsageError
from sshr.threads import on_all
from sshr.types import Rgb8

Map = npt.NDArray[np.float32]

MAX_PSNR = 100.0
"""dB, for identical pictures: infinity would spoil every mean."""

_LUMA = np.array([65.481, 128.553, 24.966]) / 255
_PIXELS = 1 << 20  # processed at a time, which bounds the memory whatever the shape

WINDOW, SIGMA = 11, 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_BLOCK, _BLOCKS = 32, 8  # rows of a patch, and how many times as many columns it has
_MIDDLE = np.float32(128)  # taken off first: small numbers keep float32's variances accurate


def psnr(image: Rgb8, reference: Rgb8) -> float:
    """Peak signal-to-noise ratio over R, G and B in dB, at most MAX_PSNR.

    Args:
        image: HWC uint8 RGB.
        reference: HWC uint8 RGB of the same shape.

    Raises:
        UsageError: the arrays are not of this kind, or differ in shape.
    """
    return decibels(_moments(image, reference)[1])


def mae(image: Rgb8, reference: Rgb8) -> float:
    """Mean absolute error over R, G and B in grey levels; arguments and errors as psnr."""
    return _moments(image, reference)[0]


def rmse(image: Rgb8, reference: Rgb8) -> float:
    """Root of the mean squared error over R, G and B in grey levels; arguments as psnr."""
    return math.sqrt(_moments(image, reference)[1])


def y_psnr(image: Rgb8, reference: Rgb8) -> float:
    """PSNR of the luma alone, in dB, at most MAX_PSNR; arguments and errors as psnr.

    Luma as in ITU-R BT.601 with its studio range (16..235), not rounded, against a peak of 255:
    the convention of several published tables. It is always higher than psnr, by 1.3 dB for grey
    errors and by 4.8 dB for errors independent between the channels, so the two must not be
    compared.
    """
    _check(image, reference)
    total = 0.0
    for one, other in _chunks(image, reference):
        total += float(np.sum(np.square((one.astype(np.float64) - other) @ _LUMA)))
    return decibels(total / (image.shape[0] * image.shape[1]))


def ssim(image: Rgb8, reference: Rgb8) -> float:
    """Structural similarity (Wang et al. 2004), the mean over R, G and B; 1 for equal pictures.

    Gaussian window of 11x11 with sigma 1.5, K1 = 0.01, K2 = 0.03, L = 255, population variances,
    only where the window lies inside the picture.

    Args:
        image: HWC uint8 RGB, at least 11 px a side.
        reference: HWC uint8 RGB of the same shape.

    Raises:
        UsageError: the arrays are not of this kind, differ in shape, or are too small.
    """
    _check(image, reference)
    if min(image.shape[:2]) < WINDOW:
        raise UsageError(
            f"SSIM needs at least {WINDOW} px a side, not {image.shape[1]}x{image.shape[0]} px."
        )
    rows, columns = image.shape[0] - WINDOW + 1, image.shape[1] - WINDOW + 1
    band, step = _band(_BLOCK), _BLOCK * _BLOCKS
    tops = range(0, rows, _BLOCK)
    totals = [0.0] * len(tops)

    def add_up(number: int) -> None:
        top = tops[number]
        for left in range(0, columns, step):
            patch = slice(top, top + _BLOCK + WINDOW - 1), slice(left, left + step + WINDOW - 1)
            totals[number] += _patch_ssim(image[patch], reference[patch], band)

    on_all(add_up, range(len(tops)))
    return min(sum(totals) / (rows * columns * 3), 1.0)


def _moments(image: Rgb8, reference: Rgb8) -> tuple[float, float]:
    """Mean absolute and mean squared difference, exact up to the final division."""
    _check(image, reference)
    counts = np.zeros(256, np.int64)
    for one, other in _chunks(image, reference):
        difference = np.maximum(one, other) - np.minimum(one, other)
        counts += np.bincount(difference.ravel(), minlength=256)
    levels = np.arange(256)
    return int(counts @ levels) / image.size, int(counts @ levels**2) / image.size


def _chunks(image: Rgb8, reference: Rgb8) -> Iterator[tuple[Rgb8, Rgb8]]:
    """Both pictures, some pixels at a time, each of shape (n, 3)."""
    one, other = image.reshape(-1, 3), reference.reshape(-1, 3)
    for start in range(0, len(one), _PIXELS):
        yield one[start : start + _PIXELS], other[start : start + _PIXELS]


def decibels(mean_square: float) -> float:
    """The PSNR of a mean squared error in levels, at most MAX_PSNR."""
    if mean_square <= 0:
        return MAX_PSNR
    return min(MAX_PSNR, 10 * math.log10(255**2 / mean_square))


def _check(image: Rgb8, reference: Rgb8) -> None:
    for array in (image, reference):
        if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3 or not array.size:
            raise UsageError(
                "Metrics need uint8 RGB arrays of shape (height, width, 3), "
                f"not {array.dtype} {tuple(array.shape)}."
            )
    if image.shape != reference.shape:
        raise UsageError(
            f"Metrics need pictures of equal size, not {image.shape[1]}x{image.shape[0]} "
            f"and {reference.shape[1]}x{reference.shape[0]} px."
        )


def _patch_ssim(image: Rgb8, reference: Rgb8, band: Map) -> float:
    """Sum of SSIM (equation 13 of Wang et al.) over all window positions and channels.

    Filtering is a product with a banded matrix, many times the arithmetic of eleven shifted sums
    and still faster. The products are so small that BLAS starts no threads, which would wait for
    each other.
    """
    block, side = band.shape
    height, width = image.shape[:2]
    rows, columns = height - WINDOW + 1, width - WINDOW + 1
    one, two = (picture.transpose(2, 0, 1) - _MIDDLE for picture in (image, reference))
    maps = np.zeros((4, 3, side, -(-columns // block) * block + WINDOW - 1), np.float32)
    maps[:, :, :height, :width] = one, two, one * one + two * two, one * two
    windows = sliding_window_view(band @ maps, side, axis=3)[:, :, :, ::block]
    filtered = (windows @ band.T).reshape(4, 3, block, -1)[:, :, :rows, :columns]
    x, y, squares, products = filtered
    variances, covariance = squares - x * x - y * y, products - x * y
    x, y = x + _MIDDLE, y + _MIDDLE
    ratio = (2 * x * y + _C1) * (2 * covariance + _C2)
    return float((ratio / ((x * x + y * y + _C1) * (variances + _C2))).sum(dtype=np.float64))


def _band(size: int) -> Map:
    """The Gaussian filter as a matrix of shape (size, size + 10)."""
    window = np.exp(-np.square(np.arange(WINDOW) - WINDOW // 2) / (2 * SIGMA**2))
    band = np.zeros((size, size + WINDOW - 1), np.float32)
    for row in range(size):
        band[row, row : row + WINDOW] = window / window.sum()
    return band
