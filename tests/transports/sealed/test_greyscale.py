"""A greyscale reference gives a greyscale sealed stego, whatever is sealed in it."""

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.errors import DamagedError, NothingFoundError

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys(reference_alone=True)
seal = functools.partial(sshr.conceal, transport="sealed")
SIZE = (163, 200)  # a row and two columns more than whole blocks
DATA = bytes(range(256)) * 2


@pytest.fixture(scope="module")
def grey(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("sailboats", *SIZE)[:, :, 1]


@pytest.mark.parametrize("ecc", [False, True])
def test_file_comes_back_from_a_grey_file(grey: Rgb8, tmp_path: Path, ecc: bool) -> None:
    stego = seal(sshr.Blob(DATA), grey, OPEN, ecc=ecc)
    report = stego.save(tmp_path / "s.png")
    assert report.exact
    with Image.open(tmp_path / "s.png") as image:
        assert image.mode == "L"
    assert stego.image.shape == SIZE
    assert sshr.reveal(tmp_path / "s.png", grey, OPEN).data == DATA
    changed = stego.image.copy()
    changed[70, 70] ^= 1
    if ecc:
        back = sshr.reveal(changed, grey, OPEN)
        assert (back.data, back.intact) == (DATA, False)
    else:
        with pytest.raises((DamagedError, NothingFoundError)):
            sshr.reveal(changed, grey, OPEN)


def test_change_of_the_rim_is_noticed(grey: Rgb8) -> None:
    stego = seal(sshr.Blob(DATA), grey, OPEN).image
    stego = stego.copy()
    stego[-1, -1] ^= 1
    with pytest.raises(DamagedError):
        sshr.reveal(stego, grey, OPEN)


def test_coloured_picture_keeps_its_colours(grey: Rgb8, photo: Callable[..., Rgb8]) -> None:
    secret = photo("parrots", 64, 64)
    stego = seal(secret, grey, OPEN, quality="lossless")
    assert np.array_equal(sshr.reveal(stego.image, grey, OPEN).rgb, secret)


def test_equal_channels_stay_three_and_equal(grey: Rgb8) -> None:
    coloured = np.repeat(grey[:, :, None], 3, axis=2)
    stego = seal(sshr.Blob(DATA), coloured, OPEN).image
    assert stego.shape == coloured.shape
    assert np.array_equal(stego[..., 0], stego[..., 2])
    assert sshr.reveal(stego[..., 0], coloured, OPEN).data == DATA


def test_capacity_is_that_of_one_channel(grey: Rgb8) -> None:
    capacity = sshr.forecast(None, grey, "sealed").capacity[44.0]
    stego = seal(sshr.Blob(np.random.default_rng(0).bytes(capacity)), grey, OPEN)
    assert stego.check().stego_psnr > 43.9
    assert (
        capacity
        < sshr.forecast(None, np.dstack([grey, grey, grey ^ 1]), "sealed").capacity[44.0] / 2
    )


def test_small_grey_reference_and_jpeg_are_noted(grey: Rgb8, tmp_path: Path) -> None:
    notes = seal(sshr.Blob(b"x"), grey[:70, :70], OPEN).notes
    assert any("colour noise" in note for note in notes)
    Image.fromarray(grey).save(tmp_path / "r.jpg")
    notes = seal(sshr.Blob(b"x"), tmp_path / "r.jpg", OPEN).notes
    assert any("sshr reference" in note for note in notes)
