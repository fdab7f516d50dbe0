"""Secrets of another size, shape or colour than the reference's."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.imaging.fitting import FitMode, fit_to, unfit
from sshr.metrics import psnr

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys(reference_alone=True)


@pytest.mark.parametrize("mode", ["contain", "cover", "stretch"])
@pytest.mark.parametrize("size", [(96, 200), (200, 96)])
def test_the_secret_gets_its_own_size_back(
    photo: Callable[..., Rgb8], reference: Rgb8, mode: FitMode, size: tuple[int, int]
) -> None:
    secret = photo("parrots", *size)
    stego = sshr.conceal(secret, reference, OPEN, fit=mode)
    revealed = sshr.reveal(stego.image, reference, OPEN)
    assert revealed.image.shape == secret.shape
    assert stego.image.shape == reference.shape
    # What resizing alone would leave of the secret; the stego must cost little beside that.
    best = unfit(fit_to(secret, (128, 128), mode), size, mode)
    assert psnr(revealed.image, best) > 42
    assert sshr.inspect(stego.image, reference, OPEN).details["fit"] == mode
    report = stego.check()
    assert report.revealed_psnr == pytest.approx(psnr(revealed.image, secret), abs=0.01)
    assert report.fitted_psnr > 44
    assert any("was resized" in note for note in stego.notes)


def test_nothing_is_said_of_resizing_where_there_was_none(stego: sshr.Stego) -> None:
    assert stego.notes == ()


def test_a_greyscale_secret_comes_back_greyscale(secret: Rgb8, reference: Rgb8) -> None:
    grey = secret[:, :, 1]
    stego = sshr.conceal(grey, reference, OPEN)
    revealed = sshr.reveal(stego.image, reference, OPEN)
    assert revealed.image.shape == grey.shape
    assert sshr.inspect(stego.image, reference, OPEN).greyscale
    assert (revealed.rgb == revealed.image[:, :, None]).all()
    assert psnr(revealed.rgb, np.repeat(grey[:, :, None], 3, axis=2)) > 46
