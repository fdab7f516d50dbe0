"""A greyscale reference gives a greyscale sealed stego, whatever is sealed in it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.errors import DamagedError, NothingFoundError

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys()
SIZE = (163, 200)  # a row and two columns more than whole blocks
DATA = bytes(range(256)) * 2


@pytest.fixture(scope="module")
def grey(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("sailboats", *SIZE)[:, :, 1]


@pytest.mark.parametrize("ecc", [False, True])
def test_file_comes_back_from_a_grey_file(grey: Rgb8, tmp_path: Path, ecc: bool) -> None:
    stego = sshr.seal(sshr.Blob(DATA), grey, OPEN, ecc=ecc)
    report = stego.save(tmp_path / "s.png")
    assert report.exact
    with Image.open(tmp_path / "s.png") as image:
        assert image.mode == "L"
    assert stego.image.shape == SIZE
    assert sshr.unseal(tmp_path / "s.png", grey, OPEN).data == DATA
    changed = stego.image.copy()
    changed[70, 70] ^= 1
    if ecc:
        back = sshr.unseal(changed, grey, OPEN)
        assert (back.data, back.intact) == (DATA, False)
    else:
        with pytest.raises((DamagedError, NothingFoundError)):
            sshr.unseal(changed, grey, OPEN)


def test_change_of_the_rim_is_noticed(grey: Rgb8) -> None:
    stego = sshr.seal(sshr.Blob(DATA), grey, OPEN).image
    stego = stego.copy()
    stego[-1, -1] ^= 1
    with pytest.raises(DamagedError):
        sshr.unseal(stego, grey, OPEN)


def test_coloured_picture_keeps_its_colours(grey: Rgb8, photo: Callable[..., Rgb8]) -> None:
    secret = photo("parrots", 64, 64)
    stego = sshr.seal(secret, grey, OPEN, quality="lossless")
    assert np.array_equal(sshr.unseal(stego.image, grey, OPEN).rgb, secret)


def test_equal_channels_stay_three_and_equal(grey: Rgb8) -> None:
    coloured = np.repeat(grey[:, :, None], 3, axis=2)
    stego = sshr.seal(sshr.Blob(DATA), coloured, OPEN).image
    assert stego.shape == coloured.shape
    assert np.array_equal(stego[..., 0], stego[..., 2])
    assert sshr.unseal(stego[..., 0], coloured, OPEN).data == DATA


def test_capacity_is_that_of_one_channel(grey: Rgb8) -> None:
    capacity = sshr.capacities(grey)[44.0]
    stego = sshr.seal(sshr.Blob(np.random.default_rng(0).bytes(capacity)), grey, OPEN)
    assert stego.check().stego_psnr > 43.9
    assert capacity < sshr.capacities(np.dstack([grey, grey, grey ^ 1]))[44.0] / 2


def test_small_grey_reference_and_jpeg_are_noted(grey: Rgb8, tmp_path: Path) -> None:
    notes = sshr.seal(sshr.Blob(b"x"), grey[:70, :70], OPEN).notes
    assert any("colour noise" in note for note in notes)
    Image.fromarray(grey).save(tmp_path / "r.jpg")
    notes = sshr.seal(sshr.Blob(b"x"), tmp_path / "r.jpg", OPEN).notes
    assert any("sshr reference" in note for note in notes)
