"""What a receiver looks at, and in which order."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sshr.transports.robust import registering
from sshr.transports.robust.profiles import through
from sshr.transports.robust.registering import all_views, placed, plain_views
from sshr.transports.robust.views import PlacedView, PlainView

Rgb8 = NDArray[np.uint8]


def test_plain_pictures_are_not_searched(reference: Rgb8, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sshr.transports.robust.registering.placed", None)
    for name in ("jpeg:75", "small:0.5"):
        first = next(iter(all_views(through(name, reference), reference)))
        assert isinstance(first, PlainView)


def test_plain_pictures_are_looked_at_once(
    reference: Rgb8, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sshr.transports.robust.registering.placed", None)  # nothing is searched
    for name in ("jpeg:75", "small:0.5", "noise"):
        found = list(all_views(through(name, reference), reference))
        assert [type(view) for view in found] == [PlainView], name


def test_changed_places_are_looked_at_in_their_place(reference: Rgb8) -> None:
    for other in (reference[:, ::-1], np.rot90(reference), reference[8:-8, 13:]):
        found = list(all_views(np.ascontiguousarray(other), reference))
        assert [type(view) for view in found] == [PlacedView]
        assert not found[-1].as_sent


def test_bars_are_left_out_first(reference: Rgb8) -> None:
    bright = np.maximum(reference, 60)
    covered = bright ^ 1
    covered[:10] = covered[:, -6:] = 0
    first = next(iter(all_views(covered, bright)))
    assert isinstance(first, PlacedView)
    assert (first.placement.rows, first.placement.columns) == ((10, 128), (0, 122))


def test_a_cut_of_a_few_pixels_is_not_taken_for_a_plain_picture(reference: Rgb8) -> None:
    for other in (reference[2:-1, 3:], through("jpeg:85", reference[1:, 2:])):
        found = list(all_views(other, reference))
        assert [type(view) for view in found] == [PlacedView]


def test_other_pictures_have_no_place(photo: Callable[..., Rgb8], reference: Rgb8) -> None:
    for other in (photo("parrots"), photo("parrots", 200, 90)):
        assert placed(other, reference) is None
        assert list(all_views(other, reference)) == []
    assert placed(np.full_like(reference, 99), reference) is None
    noise = np.random.default_rng(1).integers(0, 256, (100, 140, 3)).astype(np.uint8)
    assert placed(noise, reference) is None


def test_nothing_is_made_of_a_picture_that_is_far_too_large(
    reference: Rgb8, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registering, "levels", None)
    assert placed(np.zeros((8000, 64, 3), np.uint8), reference) is None


def test_flat_references(photo: Callable[..., Rgb8]) -> None:
    flat = np.full((128, 128, 3), 200, np.uint8)
    assert placed(photo("parrots"), flat) is None
    assert placed(flat[8:], flat) is None


def test_place_of_a_screenshot(reference: Rgb8) -> None:
    screen = np.full((300, 260, 3), 240, np.uint8)
    small = np.array(Image.fromarray(reference).resize((96, 96), Image.Resampling.BILINEAR))
    screen[110:206, 33:129] = small
    found = placed(through("jpeg:90", screen), reference)
    assert found is not None
    assert (found.rows, found.columns, found.tops, found.sides) == (
        *((110, 206), (33, 129)),
        *((0, 128), (0, 128)),
    )


@pytest.mark.parametrize("size", [(128, 64), (300, 300), (40, 40)])
def test_shapes_that_are_not_plain(reference: Rgb8, size: tuple[int, int]) -> None:
    assert list(plain_views(np.resize(reference, (*size, 3)), reference)) == []


def test_where_little_is_missing_a_cut_is_looked_for_first(
    photo: Callable[..., Rgb8], monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = photo("parrots", 320, 400)
    monkeypatch.setattr(registering, "_looks_plain", lambda view, reference: True)
    for other, kind in (
        (reference[5:, 3:], PlacedView),
        (through("small:0.99", reference), PlainView),
        (through("small:0.5", reference), PlainView),
    ):
        assert isinstance(next(iter(all_views(other, reference))), kind)
