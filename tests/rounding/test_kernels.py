"""Kernels: which place has which, what they make of white errors, and that they are the best."""

import numpy as np
import pytest
from numpy.typing import NDArray
from shaping_by_hand import wanted_by

from sshr.rounding.kernels import (
    REACH,
    Kernels,
    achieved,
    column_kinds,
    design,
    frequency_order,
    row_kinds,
    split_count,
)
from sshr.rounding.shaping import Planes, round_shaped

Spectrum = tuple[tuple[float, ...], tuple[float, ...]]


def dct(size: int) -> NDArray[np.float64]:
    k, i = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    matrix = np.sqrt(2 / size) * np.cos(np.pi * (2 * i + 1) * k / (2 * size))
    matrix[0] /= np.sqrt(2)
    return matrix


def ring_powers(errors: NDArray, shares: tuple[float, ...]) -> NDArray[np.float64]:
    """Mean square of the errors (B, H, W) in each ring, white noise of rounding being one."""
    height, width = errors.shape[1:]
    spectrum = dct(height) @ errors.astype(np.float64) @ dct(width).T
    row = spectrum.reshape(len(errors), -1)[:, frequency_order(height, width)]
    ends = np.cumsum(split_count(height * width, shares))[:-1]
    return np.array([12 * np.square(part).mean() for part in np.split(row, ends, axis=1)])


def test_places_by_their_distance_from_the_edges() -> None:
    assert REACH == 4
    assert row_kinds(7).tolist() == [4, 4, 4, 3, 2, 1, 0]
    assert row_kinds(3).tolist() == [2, 1, 0]
    assert column_kinds(12).tolist() == [0, 1, 2, 3, 4, 4, 4, 4, 5, 6, 7, 8]
    assert column_kinds(9).tolist() == list(range(9))
    assert column_kinds(64).tolist() == [0, 1, 2, 3] + [4] * 56 + [5, 6, 7, 8]


def test_shape_and_what_a_kernel_may_reach(kernels: Kernels) -> None:
    assert kernels.shape == (5, 9, 5, 9)
    assert kernels.dtype == np.float32
    assert not kernels.flags.writeable
    assert np.isfinite(kernels).all()
    assert not kernels[:, :, 0, : REACH + 1].any()  # earlier samples of the row, and the own one
    for below in range(REACH + 1):
        assert not kernels[below, :, below + 1 :].any()  # rows that do not exist
    for kind in range(2 * REACH + 1):
        left = min(kind, REACH)
        right = REACH if kind <= REACH else 2 * REACH - kind
        assert not kernels[:, kind, :, : REACH - left].any()  # columns that do not exist
        assert not kernels[:, kind, :, REACH + right + 1 :].any()
        assert (kernels[REACH, kind, 1:, REACH - left : REACH + right + 1] != 0).all()
    assert not kernels[0, 2 * REACH].any()  # the last sample


def test_one_ring_asks_for_nothing() -> None:
    assert np.abs(design((1.0,), (1.0,))).max() < 1e-6
    assert achieved((1.0,), (1.0,)) == pytest.approx((1.0,), abs=1e-6)


@pytest.mark.parametrize("place", [(30, 30), (63, 10), (61, 62), (20, 0), (63, 63)])
def test_a_kernel_is_the_best_answer_to_an_error(
    place: tuple[int, int], kernels: Kernels, spectrum: Spectrum
) -> None:
    """The least (d + f)^T Q (d + f), Q = V^T diag(1 / power) V, over the samples it may change."""
    shares, powers = spectrum
    weights = np.empty(64 * 64)
    order = frequency_order(64, 64)
    weights[order] = np.repeat(1 / np.array(powers), split_count(64 * 64, shares))
    row, column = place
    kernel = kernels[row_kinds(64)[row], column_kinds(64)[column]].astype(np.float64)

    def cost(kernel: NDArray) -> float:
        answer = np.zeros((64 + REACH, 64 + 2 * REACH))
        answer[row, column + REACH] = 1.0
        answer[row : row + REACH + 1, column : column + 2 * REACH + 1] += kernel
        inner = answer[:64, REACH:-REACH]
        assert np.isclose(np.abs(answer).sum(), np.abs(inner).sum())
        return float(weights @ np.square(dct(64) @ inner @ dct(64).T).ravel())

    best, nothing = cost(kernel), cost(0 * kernel)
    assert best <= nothing
    if place != (63, 63):
        assert best < 0.9 * nothing
        changes = np.random.default_rng(1).normal(size=(20, *kernel.shape)) * (kernel != 0)
        assert all(cost(kernel + 0.01 * change) >= best for change in changes)


def test_achieved_is_the_spectrum_that_rounding_shows(kernels: Kernels, spectrum: Spectrum) -> None:
    rng = np.random.default_rng(3)
    exact = rng.uniform(60, 190, (6, 96, 128)).astype(np.float32)
    planes = Planes(exact, np.ones_like(exact))
    levels = round_shaped(planes, kernels)
    errors = levels - wanted_by(planes, kernels, levels)
    # Each sample's own error is white, and spread like that of rounding.
    assert 12 * float(np.square(errors).mean()) == pytest.approx(1, abs=0.05)
    assert ring_powers(errors, spectrum[0]) == pytest.approx(np.ones(5), abs=0.35)
    found = 10 * np.log10(ring_powers(levels - exact, spectrum[0]))
    told = 10 * np.log10(achieved(*spectrum))
    assert found == pytest.approx(told, abs=1.5)
    assert found[0] < -8
    assert found[-1] > 1


def test_achieved_is_the_noise_asked_for_where_it_can_be(spectrum: Spectrum) -> None:
    shares, powers = spectrum
    told = 10 * np.log10(achieved(shares, powers)) - 10 * np.log10(powers)
    assert np.abs(told).max() < 3
    # No kernel lowers the mean log power.
    mean_log = np.log(achieved(shares, powers)) @ np.array(shares) / sum(shares)
    assert mean_log > -0.05


def test_an_empty_ring_is_left_alone(spectrum: Spectrum) -> None:
    shares, powers = spectrum
    with_empty = design((*shares, 0.0), (*powers, 1.0))
    assert np.array_equal(with_empty, design(shares, powers))
    assert achieved((*shares, 0.0), (*powers, 1.0)) == (*achieved(shares, powers), 1.0)
