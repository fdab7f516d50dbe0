"""A greyscale reference gives a greyscale stego, from which grey and coloured secrets come back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import sshr
from sshr.errors import NothingFoundError
from sshr.imaging.fitting import fit_to
from sshr.metrics import psnr

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys(reference_alone=True)
SIZE = (161, 200)  # a row and two columns more than whole blocks, and a rim beyond the tiles


@pytest.fixture(scope="module")
def grey_reference(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("sailboats", *SIZE)[:, :, 1]


@pytest.fixture(scope="module")
def grey_secret(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("parrots", *SIZE)[:, :, 1]


@pytest.fixture(scope="module")
def grey_stego(grey_secret: Rgb8, grey_reference: Rgb8, drawing_from) -> sshr.Stego:
    with drawing_from("grey stego"):
        return sshr.conceal(grey_secret, grey_reference, OPEN)


def coloured(grey: Rgb8) -> Rgb8:
    return np.repeat(grey[:, :, None], 3, axis=2)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".bmp"])
def test_a_grey_secret_comes_back_from_a_grey_file(
    grey_stego: sshr.Stego, grey_secret: Rgb8, grey_reference: Rgb8, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"stego{suffix}"
    report = grey_stego.save(path)
    with Image.open(path) as image:
        assert image.mode == ("RGB" if suffix == ".webp" else "L")  # WebP has no grey
    assert abs(report.stego_psnr - 41.1) < 0.3
    revealed = sshr.reveal(path, grey_reference, OPEN)
    assert revealed.intact
    assert revealed.image.shape == SIZE
    assert psnr(revealed.rgb, coloured(grey_secret)) > 29.5
    assert report.revealed_psnr == pytest.approx(psnr(revealed.rgb, coloured(grey_secret)))
    assert sshr.inspect(path, grey_reference, OPEN).greyscale
    assert not any("squeezed" in note or "noise" in note for note in grey_stego.notes)


def test_a_coloured_secret_is_squeezed_and_noted(
    photo: Callable[..., Rgb8], grey_reference: Rgb8
) -> None:
    secret = photo("parrots", 192, 256)
    stego = sshr.conceal(secret, grey_reference, OPEN)
    assert stego.image.shape == SIZE
    assert any("squeezed to 128x80" in note for note in stego.notes)
    revealed = sshr.reveal(stego.image, grey_reference, OPEN)
    assert revealed.image.shape == secret.shape
    small = fit_to(fit_to(secret, (80, 128), "stretch"), secret.shape[:2], "stretch")
    assert psnr(revealed.image, secret) > psnr(small, secret) - 3
    assert not sshr.inspect(stego.image, grey_reference, OPEN).greyscale


def test_equal_channels_are_grey_however_they_are_stored(
    grey_secret: Rgb8, grey_reference: Rgb8, grey_stego: sshr.Stego
) -> None:
    stego = sshr.conceal(grey_secret, coloured(grey_reference), OPEN)
    assert stego.image.shape == (*SIZE, 3)
    assert (stego.image == stego.image[:, :, :1]).all()
    revealed = sshr.reveal(coloured(grey_stego.image), coloured(grey_reference), OPEN)
    assert np.array_equal(revealed.image, sshr.reveal(grey_stego.image, grey_reference, OPEN).image)


def test_a_changed_sample_is_noticed_anywhere(grey_stego: sshr.Stego, grey_reference: Rgb8) -> None:
    # The row and a column that are left out, inside, and one of the header's samples.
    for place in [(160, 0), (0, 199), (80, 100), (159, 195)]:
        changed = grey_stego.image.copy()
        changed[place] ^= 1
        assert not sshr.reveal(changed, grey_reference, OPEN).intact


def test_the_change_is_spread_over_all_carrier_samples(
    grey_stego: sshr.Stego, grey_reference: Rgb8
) -> None:
    change = grey_stego.image.astype(int) - grey_reference
    powers = [
        np.square(change[row:160:2, column:198:3]).mean() for row in (0, 1) for column in range(3)
    ]
    assert max(powers) < 1.3 * min(powers)
    rim = change[:160, 192:198]  # of the packed picture; beyond it lies what packing left out
    assert np.square(rim).mean() > 0.5 * np.square(change).mean()
    for left in (change[160], change[:, 198:]):
        assert np.square(left).mean() > 0.5 * np.square(change).mean()


def test_nothing_in_the_reference_itself(grey_reference: Rgb8) -> None:
    with pytest.raises(NothingFoundError):
        sshr.reveal(grey_reference, grey_reference, OPEN)


def test_an_old_stego_with_colour_under_a_grey_reference_still_opens(
    photo: Callable[..., Rgb8], secret: Rgb8, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = photo("sailboats")[:, :, 1]
    with monkeypatch.context() as patch:
        patch.setattr("sshr.transports.cover.is_packed", lambda _: False)
        stego = sshr.conceal(secret, reference, OPEN)
    assert stego.image.shape == (128, 128, 3)
    assert psnr(sshr.reveal(stego.image, reference, OPEN).image, secret) > 46


def test_a_small_grey_reference_gets_colour_noise_and_a_note(photo: Callable[..., Rgb8]) -> None:
    grey = photo("sailboats", 127, 300)[:, :, 1]
    stego = sshr.conceal(photo("parrots"), grey, OPEN)
    assert stego.image.ndim == 3
    assert any("colour noise" in note for note in stego.notes)
    assert sshr.reveal(stego.image, grey, OPEN).intact


def test_the_smallest_grey_reference(photo: Callable[..., Rgb8]) -> None:
    grey = photo("sailboats", 128, 96)[:, :, 1]
    stego = sshr.conceal(photo("parrots", 128, 96)[:, :, 1], grey, OPEN)
    assert stego.image.shape == (128, 96)
    assert sshr.reveal(stego.image, grey, OPEN).intact
