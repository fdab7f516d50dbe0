"""NIQE (Mittal, Soundararajan, Bovik 2013): naturalness without a reference; lower is better.

Luma is divided by its local contrast; in blocks of 96 px, and in a picture of half the size, the
coefficients and the products of neighbours are fitted by asymmetric generalised Gaussians: 36
numbers for each block. The score is the distance of their mean and covariance from those of
pristine photographs. A picture of 256 px has four blocks only, so single scores are noisy and
cannot be compared with those of larger pictures.
"""

import functools
import math
from importlib.resources import as_file, files

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from sshr.types import Rgb8

Plane = NDArray[np.float64]

BLOCK = 96
_LUMA = np.array([0.2989, 0.5870, 0.1140])
_WINDOW, _SIGMA = 7, 7 / 6
_ALPHAS = np.arange(200, 10001) / 1000
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))


def niqe(image: Rgb8) -> float | None:
    """NIQE of an HWC uint8 RGB picture; rows and columns beyond whole blocks are left out.

    None for less than two blocks, which a covariance needs, or flat ones, to which nothing fits.
    """
    rows, columns = (side // BLOCK for side in image.shape[:2])
    if rows * columns < 2:
        return None
    luma = np.rint(image[: rows * BLOCK, : columns * BLOCK] @ _LUMA)
    half = Image.fromarray(luma.astype(np.float32)).resize(
        (columns * BLOCK // 2, rows * BLOCK // 2), Image.Resampling.BICUBIC
    )
    features = np.hstack([_features(luma, BLOCK), _features(np.asarray(half, float), BLOCK // 2)])
    features = features[np.isfinite(features).all(axis=1)]
    if len(features) < 2:
        return None
    pristine_mean, pristine_cov = _pristine()
    apart = pristine_mean - features.mean(axis=0)
    spread = (pristine_cov + np.cov(features, rowvar=False)) / 2
    score = float(np.sqrt(apart @ np.linalg.pinv(spread) @ apart))
    return score if math.isfinite(score) else None


def normalised(luma: Plane) -> Plane:
    """(x - mean) / (deviation + 1) with a 7x7 Gaussian window, the border repeated."""
    mean = _blurred(luma)
    deviation = np.sqrt(np.abs(_blurred(luma * luma) - mean * mean))
    return (luma - mean) / (deviation + 1)


def fit_gaussian(values: Plane) -> tuple[Plane, Plane, Plane]:
    """Asymmetric generalised Gaussians of rows (N, n): shape, left and right scale, (N,) each."""
    squares = np.square(values)
    left, right = (
        np.sqrt((squares * side).sum(1) / side.sum(1)) for side in (values < 0, values > 0)
    )
    gamma = left / right
    ratio = np.abs(values).mean(1) ** 2 / squares.mean(1)
    ratio *= (gamma**3 + 1) * (gamma + 1) / (gamma**2 + 1) ** 2
    table, scale = _shapes()
    above = np.searchsorted(table, ratio).clip(1, len(table) - 1)
    nearest = above - (ratio - table[above - 1] < table[above] - ratio)
    return _ALPHAS[nearest], left * scale[nearest], right * scale[nearest]


def _features(luma: Plane, block: int) -> Plane:
    """(blocks, 18)."""
    plane = normalised(luma)
    height, width = plane.shape
    grid = plane.reshape(height // block, block, width // block, block).swapaxes(1, 2)
    blocks = grid.reshape(-1, block, block)
    with np.errstate(divide="ignore", invalid="ignore"):
        shape, left, right = fit_gaussian(blocks.reshape(len(blocks), -1))
        found = [shape, (left + right) / 2]
        for shift in _NEIGHBOURS:
            products = blocks * np.roll(blocks, shift, axis=(1, 2))
            shape, left, right = fit_gaussian(products.reshape(len(blocks), -1))
            mean = (right - left) * _mean_ratio(shape)
            found += [shape, mean, left, left if shift[0] and shift[1] else right]
    return np.stack(found, axis=1)


def _mean_ratio(shape: Plane) -> Plane:
    """Mean of the products over the difference of their scales, as the pristine model has it.

    That model was estimated with the deviations' factor once more than the papers have it, and with
    the diagonals' left scale in the place of the right one. Whoever measures by it must do the
    same: with the papers' own features every photograph would seem far from natural.
    """
    one, two, three = (np.array([math.gamma(k / a) for a in shape]) for k in (1, 2, 3))
    ratio: Plane = two / one * np.sqrt(one / three)
    return ratio


def _blurred(plane: Plane) -> Plane:
    weights = np.exp(-np.square(np.arange(_WINDOW) - _WINDOW // 2) / (2 * _SIGMA**2))
    weights /= weights.sum()
    padded = np.pad(plane, _WINDOW // 2, mode="edge")
    rows = sliding_window_view(padded, _WINDOW, axis=0) @ weights
    return sliding_window_view(rows, _WINDOW, axis=1) @ weights


@functools.lru_cache(maxsize=1)
def _shapes() -> tuple[Plane, Plane]:
    """By shape: (E|x|)^2 / E x^2, which grows with it, and scale over deviation."""
    one, two, three = (np.array([math.lgamma(k / a) for a in _ALPHAS]) for k in (1, 2, 3))
    return np.exp(2 * two - one - three), np.exp((one - three) / 2)


@functools.lru_cache(maxsize=1)
def _pristine() -> tuple[Plane, Plane]:
    with as_file(files("sshr.evaluation") / "data" / "niqe_pristine.npz") as path:
        data = np.load(path)
        return data["mean"][0], data["cov"]
