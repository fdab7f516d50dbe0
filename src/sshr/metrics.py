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
from sshr.types import Rgb8

Map = npt.NDArray[np.float32]

MAX_PSNR = 100.0
"""dB, for identical pictures: infinity would spoil every mean."""

_LUMA = np.array([65.481, 128.553, 24.966]) / 255
_PIXELS = 1 << 20  # processed at a time, which bounds the memory whatever the shape

WINDOW, SIGMA = 11, 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_BLOCK, _BLOCKS = 32, 8  # the fastest of 16 to 64 rows and 2 to 16 blocks
_MIDDLE = np.float32(128)  # taken off first: small numbers keep float32's variances accurate


def psnr(image: Rgb8, reference: Rgb8) -> float:
    """Peak signal-to-noise ratio over R, G and B in dB, at most MAX_PSNR.

    Args:
        image: HWC uint8 RGB.
        reference: HWC uint8 RGB of the same shape.

    Raises:
        UsageError: the arrays are not of this kind, or differ in shape.
    """
    return _decibels(_moments(image, reference)[1])


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
    return _decibels(total / (image.shape[0] * image.shape[1]))


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
    patches = _SsimPatches(_BLOCK, _BLOCKS)
    total = 0.0
    for top in range(0, rows, _BLOCK):
        for left in range(0, columns, _BLOCK * _BLOCKS):
            patch = (slice(top, top + patches.height), slice(left, left + patches.width))
            total += patches.total(image[patch], reference[patch])
    return min(total / (rows * columns * 3), 1.0)


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


def _decibels(mean_square: float) -> float:
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


class _SsimPatches:
    """SSIM of one patch after the other, `block` rows and `blocks` times as many columns of it.

    Filtering is a product with a banded matrix of `block` rows and `block + 10` columns: four
    times the arithmetic of eleven shifted sums, and still faster. Buffers are made once, because
    fresh memory for every intermediate result would cost more than all the arithmetic. The
    products are so small that BLAS starts no threads, which would wait for each other.
    """

    def __init__(self, block: int, blocks: int) -> None:
        self.block, self.margin = block, WINDOW - 1
        self.height, self.width = block + self.margin, block * blocks + self.margin
        self.band = _band(block)
        self.maps = np.zeros((4, 3, self.height, self.width), np.float32)
        windows = sliding_window_view(self.maps, self.height, axis=3)
        self.windows = windows[:, :, :, ::block].swapaxes(2, 3)  # (4, 3, blocks, height, height)
        self.filtered_rows = np.empty((4, 3, blocks, block, self.height), np.float32)
        self.filtered = np.empty((4, 3, blocks, block, block), np.float32)
        self.ratio = np.empty((3, blocks, block, block), np.float32)

    def total(self, one: Rgb8, two: Rgb8) -> float:
        """Sum over all window positions and channels of a patch, which may be a smaller one."""
        height, width = one.shape[:2]
        # What an earlier, larger patch has left beyond this one spoils only values cut off below.
        x, y, squares, products = self.maps[:, :, :height, :width]
        np.subtract(one.transpose(2, 0, 1), _MIDDLE, out=x)
        np.subtract(two.transpose(2, 0, 1), _MIDDLE, out=y)
        np.multiply(x, x, out=squares)
        np.multiply(y, y, out=products)
        squares += products
        np.multiply(x, y, out=products)
        np.matmul(self.band, self.windows, out=self.filtered_rows)
        np.matmul(self.filtered_rows, self.band.T, out=self.filtered)
        ratio = self._ratio(*self.filtered)
        rows, columns = height - self.margin, width - self.margin
        whole, rest = divmod(columns, self.block)
        total = ratio[:, :whole, :rows].sum(dtype=np.float64)
        if rest:
            total += ratio[:, whole, :rows, :rest].sum(dtype=np.float64)
        return float(total)

    def _ratio(self, x: Map, y: Map, squares: Map, products: Map) -> Map:
        """Equation 13 of Wang et al. from the filtered maps, which are used up."""
        ratio = self.ratio
        products -= np.multiply(x, y, out=ratio)  # the covariance
        squares -= np.multiply(x, x, out=ratio)
        squares -= np.multiply(y, y, out=ratio)  # the sum of both variances
        x += _MIDDLE
        y += _MIDDLE
        np.multiply(x, y, out=ratio)
        for term, factor, constant in ((ratio, 2, _C1), (products, 2, _C2), (squares, 1, _C2)):
            term *= factor
            term += constant
        ratio *= products
        x *= x
        y *= y
        x += y
        x += _C1
        x *= squares
        ratio /= x
        return ratio


def _band(size: int) -> Map:
    """The Gaussian filter as a matrix of shape (size, size + 10)."""
    window = np.exp(-np.square(np.arange(WINDOW) - WINDOW // 2) / (2 * SIGMA**2))
    band = np.zeros((size, size + WINDOW - 1), np.float32)
    for row in range(size):
        band[row, row : row + WINDOW] = window / window.sum()
    return band
