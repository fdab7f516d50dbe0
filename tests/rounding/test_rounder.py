"""Whole pictures: tiles, what lies outside them, and the bits at the end."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.fft import dctn

from sshr.rounding import rounder as rounder_module
from sshr.rounding.kernels import frequency_order, split_count
from sshr.rounding.rounder import Rounder, Slices

Drawn = Callable[..., NDArray[np.float32]]
Spectrum = tuple[tuple[float, ...], tuple[float, ...]]
WHITE = ((1.0,), (1.0,))


def tiles_of(rows: Sequence[int], columns: Sequence[int]) -> list[Slices]:
    """Tiles between these borders."""
    return [
        (slice(top, end), slice(left, right))
        for top, end in pairwise(rows)
        for left, right in pairwise(columns)
    ]


# One tile; several shapes; a picture with a rim of nine rows and seven columns.
GRIDS: dict[str, tuple[tuple[int, int], list[Slices]]] = {
    "one": ((48, 64), tiles_of([0, 48], [0, 64])),
    "several": ((80, 96), tiles_of([0, 32, 80], [0, 32, 64, 96])),
    "rim": ((57, 71), tiles_of([0, 32, 48], [0, 32, 64])),
}
ALL = pytest.mark.parametrize("grid", GRIDS)


@pytest.fixture
def make(drawn: Drawn, spectrum: Spectrum) -> Callable[..., Rounder]:
    def made(grid: str, white: bool = False, low: float = 20, high: float = 230) -> Rounder:
        (height, width), tiles = GRIDS[grid]
        exact = drawn(3, height, width, low=low, high=high).transpose(1, 2, 0)
        strength = np.random.default_rng(4).uniform(0.6, 1.5, (height, width)).astype(np.float32)
        return Rounder(exact, strength, tiles, WHITE if white else spectrum)

    return made


def bits_in(picture: NDArray[np.uint8], count: int, each: int) -> list[int]:
    """The exclusive or of the lowest bits of `each` samples, from the last of the picture on."""
    flat = picture.reshape(-1)[::-1]
    return [int(flat[each * i : each * (i + 1)].sum()) % 2 for i in range(count)]


def random_bits(count: int, seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 2, count, dtype=np.uint8)


NO_BITS = random_bits(0)


def squares(grid: str, above: int) -> NDArray[np.int64]:
    """Squares of four samples of the first channel in rows well above so many samples."""
    (height, width), _ = GRIDS[grid]
    row = (height - -(-above // (3 * width))) // 2 * 2 - 4
    first = 3 * (row * width + 2 * np.arange(8))
    return np.stack([first, first + 3, first + 3 * width, first + 3 * width + 3], axis=1)


@ALL
@pytest.mark.parametrize("each", [1, 3])
@pytest.mark.parametrize("rows", [0, 5, 35])
@pytest.mark.parametrize("white", [False, True])
def test_bits_are_read_back_and_nothing_above_their_rows_changes(
    grid: str, each: int, rows: int, white: bool, make: Callable[..., Rounder]
) -> None:
    (height, width), _ = GRIDS[grid]
    count = rows * (3 * width // each) + 7
    made = make(grid, white)
    before = made.round(NO_BITS)
    after = made.round(random_bits(count), each)
    assert after.dtype == before.dtype == np.uint8
    assert after.shape == before.shape == (height, width, 3)
    assert bits_in(after, count, each) == random_bits(count).tolist()
    top = height - rows - 1
    assert np.array_equal(after[:top], before[:top])
    # Other bits, from the same rounding.
    other = made.round(random_bits(count, 2), each)
    assert bits_in(other, count, each) == random_bits(count, 2).tolist()


@ALL
@pytest.mark.parametrize("each", [1, 3])
@pytest.mark.parametrize("white", [False, True])
def test_what_is_decided_later_has_room_for_both_values(
    grid: str, each: int, white: bool, make: Callable[..., Rounder]
) -> None:
    later = squares(grid, 300 * each)
    for low, high in ((20, 230), (-60, 315)):
        picture = make(grid, white, low=low, high=high).round(random_bits(300), each, later)
        assert bits_in(picture, 300, each) == random_bits(300).tolist()
        values = picture.reshape(-1)[later]
        assert not (values[:, 0] % 2).any()
        assert values.max() <= 254
    exact = make(grid, white)._exact.reshape(-1)[later]
    if white:
        values = make(grid, white).round(random_bits(300), each, later).reshape(-1)[later]
        assert np.abs(values + 0.5 - exact)[:, 0].max() <= 1
        assert np.abs(values + 0.5 - exact)[:, 1:].max() <= 0.5


@ALL
def test_bits_survive_where_the_picture_is_black_and_white(
    grid: str, make: Callable[..., Rounder]
) -> None:
    made = make(grid, low=-60, high=315)
    before = made.round(NO_BITS)
    assert {int(before.min()), int(before.max())} == {0, 255}
    for each in (1, 3):
        after = made.round(random_bits(1500), each)
        assert bits_in(after, 1500, each) == random_bits(1500).tolist()


@ALL
def test_white_noise_is_rounding_to_the_nearest_level(
    grid: str, make: Callable[..., Rounder], drawn: Drawn
) -> None:
    (height, width), _ = GRIDS[grid]
    exact = drawn(3, height, width, low=-20, high=270).transpose(1, 2, 0)
    white = make(grid, white=True, low=-20, high=270)
    nearest = np.rint(exact).clip(0, 255)
    assert np.array_equal(white.round(NO_BITS), nearest)
    finished = white.round(random_bits(500)).astype(int)
    inside = (nearest > 0) & (nearest < 255)
    assert np.abs(finished - exact)[inside].max() <= 1.0


def test_what_lies_outside_the_tiles_is_rounded_to_the_nearest_level(
    make: Callable[..., Rounder], drawn: Drawn
) -> None:
    picture = make("rim").round(NO_BITS)
    nearest = np.rint(drawn(3, 57, 71).transpose(1, 2, 0))
    assert np.array_equal(picture[48:], nearest[48:])
    assert np.array_equal(picture[:, 64:], nearest[:, 64:])
    assert (picture[:48, :64] != nearest[:48, :64]).mean() > 0.1


@ALL
def test_how_many_tiles_are_rounded_at_once_does_not_matter(
    grid: str, make: Callable[..., Rounder], monkeypatch: pytest.MonkeyPatch
) -> None:
    results = []
    for at_once in (1, 3 * 48 * 32 * 2, 1 << 20):
        monkeypatch.setattr(rounder_module, "_AT_ONCE", at_once)
        made = make(grid)
        results.append((made.round(NO_BITS), made.round(random_bits(700), 1, squares(grid, 700))))
    for first, second in results[1:]:
        assert np.array_equal(first, results[0][0])
        assert np.array_equal(second, results[0][1])


def test_tiles_are_shaped_one_by_one(drawn: Drawn, spectrum: Spectrum) -> None:
    (height, width), tiles = GRIDS["several"]
    exact = drawn(3, height, width).transpose(1, 2, 0)
    strength = np.ones((height, width), np.float32)
    whole = Rounder(exact, strength, tiles, spectrum).round(NO_BITS)
    for rows, columns in tiles:
        part, own = exact[rows, columns], strength[rows, columns]
        size = [(slice(0, part.shape[0]), slice(0, part.shape[1]))]
        alone = Rounder(part, own, size, spectrum).round(NO_BITS)
        assert np.array_equal(whole[rows, columns], alone)


@pytest.mark.parametrize("bits", [0, 2000])
def test_shaping_costs_what_weighs_less(bits: int, drawn: Drawn, spectrum: Spectrum) -> None:
    """E^T Q E, which is what rounding does to the revealed picture, falls by several dB."""
    shares, powers = spectrum
    exact = drawn(3, 64, 80).transpose(1, 2, 0)
    strength = np.ones((64, 80), np.float32)
    strength[:, 40:] = 1.4
    tiles = tiles_of([0, 64], [0, 80])
    costs, powers_found = [], []
    for own in (spectrum, WHITE):
        made = Rounder(exact, strength, tiles, own)
        errors = made.round(random_bits(bits)) - exact
        by_ring = np.repeat(1 / np.array(powers), split_count(64 * 80, shares))
        rows = dctn(errors / strength[..., None], axes=(0, 1), norm="ortho").reshape(-1, 3)
        costs.append(float(by_ring @ np.square(rows[frequency_order(64, 80)]).sum(1)))
        powers_found.append(float(np.square(errors).mean()))
    assert 10 * np.log10(costs[1] / costs[0]) > 3
    # It costs the stego something, but not much.
    assert 1 < powers_found[0] / powers_found[1] < 2.5


def test_what_cannot_be_rounded_is_refused(make: Callable[..., Rounder], drawn: Drawn) -> None:
    exact = drawn(3, 48, 64).transpose(1, 2, 0).copy()
    for wrong in (np.nan, np.inf):
        exact[3, 4, 1] = wrong
        with pytest.raises(ValueError, match="not finite"):
            Rounder(exact, np.ones((48, 64), np.float32), [], WHITE)
    with pytest.raises(ValueError, match="a bit in 2 samples"):
        make("one").round(random_bits(3), 2)
