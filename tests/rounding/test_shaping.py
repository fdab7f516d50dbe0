"""Rounding along wavefronts is sample-by-sample error diffusion; ranges, and what is asked for."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from shaping_by_hand import wanted_by

from sshr.rounding.kernels import Kernels
from sshr.rounding.shaping import FREE, HALF, PAIR, PIXEL, Planes, as_asked, round_shaped

Drawn = Callable[..., NDArray[np.float32]]
SIZES = pytest.mark.parametrize("size", [(17, 23), (4, 9), (1, 30), (30, 10)])


def off(planes: Planes, kernels: Kernels, levels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How far each level is from what its sample had to be, clipped."""
    return np.abs(levels - wanted_by(planes, kernels, levels).clip(0, 255))


NEAREST = 0.5 + 2e-3
"""In levels; sums in fp32 differ by as little."""


def strength_like(exact: NDArray[np.float32], seed: int = 5) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(0.5, 1.6, exact.shape).astype(np.float32)


@SIZES
def test_the_wavefront_is_the_loop(size: tuple[int, int], drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(3, *size)
    planes = Planes(exact, strength_like(exact))
    levels = round_shaped(planes, kernels)
    assert levels.dtype == np.uint8
    assert levels.shape == exact.shape
    assert off(planes, kernels, levels).max() <= NEAREST
    # It does something else than rounding to the nearest level.
    nearest = np.rint(exact).astype(np.uint8)
    if size[0] > 1:
        assert (levels != nearest).mean() > 0.1
        assert off(planes, kernels, nearest).max() > 0.6


@SIZES
def test_clipping_ends_at_0_and_255(size: tuple[int, int], drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(2, *size, low=-30, high=285)
    planes = Planes(exact, strength_like(exact))
    levels = round_shaped(planes, kernels)
    assert off(planes, kernels, levels).max() <= NEAREST  # what cannot be mended is forgotten
    assert {int(levels.min()), int(levels.max())} == {0, 255}


def test_parities_of_samples_are_kept_exactly(drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(3, 17, 23, low=-5, high=260)
    codes = [FREE, 0, 1, PAIR, HALF]
    asked = np.random.default_rng(2).choice(codes, exact.shape).astype(np.int8)
    planes = Planes(exact, strength_like(exact), asked)
    levels = round_shaped(planes, kernels)
    known = (asked == 0) | (asked == 1)
    assert np.array_equal(levels[known] % 2, asked[known])
    assert not (levels[asked == PAIR] % 2).any()
    assert levels[asked == HALF].max() <= 254
    wanted = wanted_by(planes, kernels, levels)
    free, half, pair = (asked == code for code in (FREE, HALF, PAIR))
    assert np.abs(levels - wanted.clip(0, 255))[free].max() <= NEAREST
    assert np.abs(levels - wanted.clip(0, 255))[known].max() <= 2 * NEAREST
    assert np.abs(levels + 0.5 - wanted.clip(0.5, 254.5))[half].max() <= NEAREST
    assert np.abs(levels + 0.5 - wanted.clip(0.5, 254.5))[pair].max() <= 2 * NEAREST


@pytest.mark.parametrize("high", [230, 262])
def test_parities_of_pixels_are_kept_exactly(high: float, drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(6, 17, 23, low=250 - high, high=high)
    codes = [FREE, PIXEL, PIXEL + 1]
    parities = np.random.default_rng(2).choice(codes, (2, 17, 23)).astype(np.int8)
    asked = np.repeat(parities, 3, axis=0)
    levels = round_shaped(Planes(exact, strength_like(exact), asked), kernels)
    found = levels.reshape(2, 3, 17, 23).sum(1) % 2
    known = parities != FREE
    assert np.array_equal(found[known], parities[known] - PIXEL)


def test_a_pixel_moves_the_sample_that_is_nearest_to_another_level() -> None:
    wanted = np.array([[10.2, 20.45, 30.1], [10.2, 20.45, 30.1], [254.9, 255.3, 255.2]], np.float32)
    chosen = np.rint(wanted).clip(0, 255).astype(np.float32)
    parity = np.repeat(np.array([[0], [1], [1]], np.int8), 3, axis=1)
    assert as_asked(chosen, wanted, PIXEL + parity).tolist() == [
        [10, 20, 30],  # its parity is right
        [10, 21, 30],
        [255, 255, 255],  # right as well
    ]
    assert as_asked(chosen, wanted, PIXEL + 1 - parity).tolist()[2] == [254, 255, 255]
    free = np.full((3, 3), FREE, np.int8)
    assert as_asked(chosen, wanted, free).tolist() == chosen.tolist()
    low = np.zeros((1, 3), np.float32)
    assert sorted(as_asked(low, low - 0.3, np.full((1, 3), PIXEL + 1, np.int8))[0]) == [0, 0, 1]


def test_a_sample_takes_the_nearest_level_of_its_parity() -> None:
    wanted = np.array([[-3.0, 10.4, 10.6, 254.6, 300.0]], np.float32)
    chosen = np.rint(wanted).clip(0, 255)
    ones, zeros = np.ones((1, 5), np.int8), np.zeros((1, 5), np.int8)
    assert as_asked(chosen, wanted, ones).tolist() == [[1, 11, 11, 255, 255]]
    assert as_asked(chosen, wanted, zeros).tolist() == [[0, 10, 10, 254, 254]]


def test_the_middle_of_two_values() -> None:
    wanted = np.array([[-3.0, 10.2, 11.4, 254.6, 300.0]], np.float32)
    chosen = np.rint(wanted).clip(0, 255)
    half, pair = (np.full((1, 5), code, np.int8) for code in (HALF, PAIR))
    assert as_asked(chosen, wanted, half).tolist() == [[0.5, 10.5, 11.5, 254.5, 254.5]]
    assert as_asked(chosen, wanted, pair).tolist() == [[0.5, 10.5, 10.5, 254.5, 254.5]]


def test_planes_do_not_touch_each_other(drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(6, 15, 19)
    strength = strength_like(exact)
    together = round_shaped(Planes(exact, strength), kernels)
    for one in range(6):
        planes = Planes(exact[one : one + 1], strength[one : one + 1])
        assert off(planes, kernels, together[one : one + 1]).max() <= NEAREST


def test_lines_are_forgotten_and_planes_may_be_long(drawn: Drawn, kernels: Kernels) -> None:
    """More lines than are kept at a time, twice over."""
    for size in ((70, 40), (12, 320)):
        exact = drawn(2, *size)
        planes = Planes(exact, strength_like(exact))
        assert off(planes, kernels, round_shaped(planes, kernels)).max() <= NEAREST


def test_noise_is_alike_in_quiet_and_busy_places(drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(4, 64, 96)
    strength = np.ones_like(exact)
    strength[..., :48], strength[..., 48:] = 0.5, 1.5
    levels = round_shaped(Planes(exact, strength), kernels)
    noise = np.square(levels - exact)
    assert noise[..., 12:36].mean() == pytest.approx(noise[..., 60:84].mean(), rel=0.2)
