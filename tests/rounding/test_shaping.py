"""Rounding along wavefronts is sample-by-sample error diffusion; ranges, and what is asked for."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.rounding.kernels import REACH, Kernels, column_kinds, row_kinds
from sshr.rounding.shaping import FREE, HALF, PAIR, PIXEL, Planes, as_asked, round_shaped

Drawn = Callable[..., NDArray[np.float32]]
SIZES = pytest.mark.parametrize("size", [(17, 23), (4, 9), (1, 30), (30, 10)])


# Where errors come from that a sample has to answer, in the order in which they are added up:
# rounding to fp32 has to be the same as well, or a sample in ten thousand would go the other way.
SOURCES = sorted(
    ((dy, dx) for dy in range(REACH + 1) for dx in range(-REACH, REACH + 1) if (dy, dx) > (0, 0)),
    key=lambda source: (-source[1] - (REACH + 1) * source[0], source[0]),
)


def literal(planes: Planes, kernels: Kernels) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """One sample after the other, row by row."""
    count, height, width = planes.exact.shape
    levels = np.zeros(planes.exact.shape, np.uint8)
    errors = np.zeros(planes.exact.shape, np.float32)
    rows, columns = row_kinds(height), column_kinds(width)
    for b, i, j in np.ndindex(count, height, width):
        owed = np.float32(0)
        for dy, dx in SOURCES:
            if i >= dy and 0 <= j - dx < width:
                kernel = kernels[rows[i - dy], columns[j - dx]]
                owed += kernel[dy, dx + REACH] * errors[b, i - dy, j - dx]
        weight = planes.strength[b, i, j]
        wanted = planes.exact[b, i, j] + owed * weight
        level = min(max(round(float(wanted)), 0), 255)
        code = FREE if planes.asked is None else int(planes.asked[b, i, j])
        if code != FREE:
            fitting = {HALF: np.arange(255) + 0.5, PAIR: np.arange(0, 256, 2) + 0.5}.get(code)
            fitting = range(code, 256, 2) if fitting is None else fitting
            level = min(fitting, key=lambda v: abs(v - float(wanted)))
        levels[b, i, j] = int(level)
        errors[b, i, j] = np.clip((np.float32(level) - wanted) / weight, -4, 4)
    return levels, errors


def strength_like(exact: NDArray[np.float32], seed: int = 5) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(0.5, 1.6, exact.shape).astype(np.float32)


@SIZES
def test_the_wavefront_is_the_loop(size: tuple[int, int], drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(3, *size)
    planes = Planes(exact, strength_like(exact))
    levels, errors = round_shaped(planes, kernels)
    expected, exactly = literal(planes, kernels)
    assert levels.dtype == np.uint8
    assert np.array_equal(levels, expected)
    assert np.array_equal(errors, exactly)
    # It does something else than rounding to the nearest level.
    if size[0] > 1:
        assert (levels != np.rint(exact)).mean() > 0.1


@SIZES
def test_clipping_ends_at_0_and_255(size: tuple[int, int], drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(2, *size, low=-30, high=285)
    planes = Planes(exact, strength_like(exact))
    levels, errors = round_shaped(planes, kernels)
    assert np.array_equal(levels, literal(planes, kernels)[0])
    assert {int(levels.min()), int(levels.max())} == {0, 255}
    assert np.abs(errors).max() == pytest.approx(4.0)  # what cannot be mended is forgotten


def test_parities_of_samples_are_kept_exactly(drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(3, 17, 23, low=-5, high=260)
    codes = [FREE, 0, 1, PAIR, HALF]
    asked = np.random.default_rng(2).choice(codes, exact.shape).astype(np.int8)
    planes = Planes(exact, strength_like(exact), asked)
    levels, _ = round_shaped(planes, kernels)
    known = (asked == 0) | (asked == 1)
    assert np.array_equal(levels[known] % 2, asked[known])
    assert not (levels[asked == PAIR] % 2).any()
    assert levels[asked == HALF].max() <= 254
    assert np.array_equal(levels, literal(planes, kernels)[0])


@pytest.mark.parametrize("high", [230, 262])
def test_parities_of_pixels_are_kept_exactly(high: float, drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(6, 17, 23, low=250 - high, high=high)
    codes = [FREE, PIXEL, PIXEL + 1]
    parities = np.random.default_rng(2).choice(codes, (2, 17, 23)).astype(np.int8)
    asked = np.repeat(parities, 3, axis=0)
    levels, _ = round_shaped(Planes(exact, strength_like(exact), asked), kernels)
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
        part = slice(one, one + 1)
        alone = round_shaped(Planes(exact[part], strength[part]), kernels)
        for whole, own in zip(together, alone, strict=True):
            assert np.array_equal(whole[part], own)


def test_noise_is_alike_in_quiet_and_busy_places(drawn: Drawn, kernels: Kernels) -> None:
    exact = drawn(4, 64, 96)
    strength = np.ones_like(exact)
    strength[..., :48], strength[..., 48:] = 0.5, 1.5
    levels, _ = round_shaped(Planes(exact, strength), kernels)
    noise = np.square(levels - exact)
    assert noise[..., 12:36].mean() == pytest.approx(noise[..., 60:84].mean(), rel=0.2)
