"""Bits come back from parts, turned and scaled."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sshr.transports.robust.layers import Ground, layers_power
from sshr.transports.robust.profiles import through
from sshr.transports.robust.registering import placed
from sshr.transports.robust.views import PlacedView, PlainView

Rgb8 = NDArray[np.uint8]
Bits = NDArray[np.bool_]
Change = Callable[[Rgb8], Rgb8]


@pytest.fixture(scope="module")
def ground(photo: Callable[..., Rgb8]) -> Ground:
    return Ground.of(photo("sailboats", 192, 200), "messenger", 40.6, False)


@pytest.fixture(scope="module")
def bits(ground: Ground) -> Bits:
    return np.random.default_rng(1).integers(0, 2, ground.plan.zero.shape).astype(bool)


def view(change: Change, ground: Ground, bits: Bits) -> PlacedView:
    received = np.ascontiguousarray(change(ground.picture(bits)))
    place = placed(received, ground.reference)
    assert place is not None
    return PlacedView(received, ground.reference, place)


def heard(change: Change, ground: Ground, bits: Bits) -> tuple[float, float, str]:
    """Bits of class 1 that were heard wrong, of those heard; the share heard; the words."""
    found = view(change, ground, bits).listen(ground.plan)
    use = ground.plan.classes == 1
    told = use & (found.ratios != 0)
    wrong = ((found.ratios < 0) != bits)[told].mean()
    return float(wrong), float(told.sum() / use.sum()), found.channel


def scaled(factor: float) -> Change:
    def change(picture: Rgb8) -> Rgb8:
        size = round(picture.shape[1] * factor), round(picture.shape[0] * factor)
        return np.array(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))

    return change


def screen(picture: Rgb8) -> Rgb8:
    whole = np.full((picture.shape[0] + 90, picture.shape[1] + 131, 3), 230, np.uint8)
    whole[37 : 37 + picture.shape[0], 71 : 71 + picture.shape[1]] = picture
    return whole


@pytest.mark.parametrize(
    ("change", "most", "least", "words"),
    [
        (lambda p: np.rot90(p, -1), 0, 1, "turned by a quarter to the right, next to no change"),
        (lambda p: p[:, ::-1], 0, 1, "mirrored, next to no change"),
        (lambda p: p[5:, 3:], 0, 0.9, "cut out of a larger picture, next to no change"),
        (screen, 0, 1, "inside a larger picture, next to no change"),
        (lambda p: scaled(0.75)(p[:, 40:]), 0.08, 0.75, "scaled to 0.75"),
        (lambda p: screen(scaled(0.8)(p)), 0.05, 0.95, "inside a larger picture, scaled to 0.80"),
        (
            lambda p: through("jpeg:85", p[16:, 24:]),
            *(0.01, 0.8, "cut out of a larger picture, JPEG of about quality 85"),
        ),
        (
            lambda p: through("jpeg:75", np.rot90(p)),
            *(0.01, 1, "turned by a quarter to the left, JPEG of about quality 75"),
        ),
        (lambda p: through("jpeg:90", screen(p)), 0.08, 0.95, "inside a larger picture"),
    ],
)
def test_places(
    change: Change, most: float, least: float, words: str, ground: Ground, bits: Bits
) -> None:
    wrong, share, said = heard(change, ground, bits)
    assert wrong <= most
    assert share >= least - 0.01
    assert words in said


def test_blocks_out_of_sight_say_nothing(ground: Ground, bits: Bits) -> None:
    found = view(lambda p: p[12:, :-9], ground, bits).listen(ground.plan).ratios
    assert not found[:2].any()
    assert not found[:, -2:].any()
    assert found[2:, :-2].any(axis=(2, 3)).mean() > 0.9


def test_power_of_the_changes(ground: Ground, bits: Bits) -> None:
    asked = layers_power(40.6)
    for change in (lambda p: p[9:], lambda p: np.rot90(p), screen):
        assert 0.5 * asked < view(change, ground, bits).changed < 2 * asked
    assert view(scaled(0.7), ground, bits).changed > 0.2 * asked


def test_picture_is_the_stego_where_all_of_it_is_there(ground: Ground, bits: Bits) -> None:
    stego = ground.picture(bits)
    stream = io.BytesIO()
    Image.fromarray(screen(stego)).save(stream, "PNG")
    found = view(screen, ground, bits)
    assert np.array_equal(found.picture, stego)
    assert not found.as_sent
    assert PlainView(stego, ground.reference).as_sent
