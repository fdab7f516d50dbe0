"""The rough place of a changed picture on its reference."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.blocks import ONE, luma
from sshr.transports.robust.searching import contrast, correlation, guesses, resized, thumbnails
from sshr.transports.robust.turning import TURNS, Turn

Rgb8 = NDArray[np.uint8]
Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def own(photo: Callable[..., Rgb8]) -> Floats:
    return (luma(photo("sailboats", 144, 168)) / ONE).astype(np.float32)


@pytest.mark.parametrize("turn", TURNS)
def test_turn_and_scale(own: Floats, turn: Turn) -> None:
    small = turn.back(resized(own, (108, 126)))
    best = guesses(np.ascontiguousarray(small), own)[0]
    assert best.turn == turn
    assert best.scale == pytest.approx((4 / 3, 4 / 3), rel=0.04)
    assert best.start == pytest.approx((0, 0), abs=5)


@pytest.mark.parametrize(("cut", "start"), [((10, 40), (10, 40)), ((60, 0), (60, 0))])
def test_cut(own: Floats, cut: tuple[int, int], start: tuple[int, int]) -> None:
    best = guesses(own[cut[0] : cut[0] + 84, cut[1] : cut[1] + 120], own)[0]
    assert best.turn == Turn()
    assert best.scale == pytest.approx((1, 1), rel=0.04)
    assert best.start == pytest.approx(start, abs=5)


def test_inside_another_picture(own: Floats, photo: Callable[..., Rgb8]) -> None:
    whole = resized((luma(photo("parrots", 256, 256)) / ONE).astype(np.float32), (300, 350)).copy()
    whole[70:214, 130:298] = own
    best = guesses(whole, own)[0]
    assert best.scale == pytest.approx((1, 1), rel=0.04)
    assert best.start == pytest.approx((-70, -130), abs=6)


def test_correlation_directly() -> None:
    random = np.random.default_rng(1)
    mine, shared = (random.normal(size=size).astype(np.float32) for size in ((9, 12), (14, 11)))
    found = correlation(mine, shared)
    assert found.shape == (22, 22)
    floor = [0.1 * float(np.square(each).sum()) for each in (mine, shared)]
    for down, across in ((0, 0), (5, -3), (-2, 2)):
        rows = range(max(down, 0), min(down + 9, 14))
        columns = range(max(across, 0), min(across + 12, 11))
        a = np.array([[mine[r - down, c - across] for c in columns] for r in rows])
        b = np.array([[shared[r, c] for c in columns] for r in rows])
        power = ((a**2).sum() + floor[0]) * ((b**2).sum() + floor[1])
        wanted = (a * b).sum() / np.sqrt(power) * np.sqrt(a.size / shared.size)
        assert found[down + 8, across + 11] == pytest.approx(wanted, abs=1e-5)
    assert found[0, 0] == 0  # one sample in sight


def test_contrast_knows_no_brightness(own: Floats) -> None:
    assert contrast(0.8 * own + 30) == pytest.approx(contrast(own), abs=0.35)
    assert not contrast(np.full((20, 20), 7, np.float32)).any()
    spread = contrast(own)[own.shape[0] // 2 :]
    assert 0.3 < float(np.square(spread).mean()) < 1.3


def test_the_best_comes_first_and_no_place_twice(own: Floats) -> None:
    found = guesses(own, own)
    scores = [guess.score for guess in found]
    assert scores == sorted(scores, reverse=True)
    assert len({(guess.turn, round(np.log(guess.scale[0]), 1)) for guess in found}) == len(found)
    assert scores[0] > 2 * scores[1]


@pytest.mark.parametrize(
    ("seen", "compared"),
    [((256, 256), True), ((5000, 5000), True), ((6000, 100), False), ((10, 256), False)],
)
def test_what_is_far_too_large_or_small_is_not_compared(
    seen: tuple[int, int], compared: bool
) -> None:
    assert bool(thumbnails(seen, (256, 256))) == compared


def test_tiny_pictures_have_no_place(own: Floats) -> None:
    assert guesses(own[:4, :4], own) == [] or guesses(own[:4, :4], own)[0].score < 0.2
