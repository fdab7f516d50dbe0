"""Secrets that lie across the reference: turned by a quarter, and back again."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.header.metadata import Metadata
from sshr.imaging.fitting import FitMode, fit_to, unfit
from sshr.imaging.modes import as_rgb
from sshr.imaging.reading import Picture, as_picture
from sshr.metrics import psnr
from sshr.transports.cover import (
    FITS,
    Cover,
    FittedSecret,
    fit_secret,
    restored,
    samples_of,
)

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]


def there_and_back(
    secret: Picture, reference: Rgb8, packed: bool, fit: FitMode
) -> tuple[FittedSecret, Rgb8]:
    cover = Cover(as_picture(reference), packed, samples_of(reference, packed))
    fitted = fit_secret(secret, cover, fit)
    height, width = secret.size
    metadata = Metadata(
        *(b"checkpnt", width, height),
        fit=FITS[fitted.plan.fit],
        secret_mode=fitted.mode,
        turned=fitted.plan.turned,
    )
    return fitted, restored(fitted.image, metadata)


@pytest.mark.parametrize("mode", ["contain", "cover", "stretch"])
@pytest.mark.parametrize("packed", [False, True], ids=["rgb", "packed"])
@pytest.mark.parametrize("size", [(216, 156), (156, 216)])
def test_turning_keeps_what_is_lost_without(
    photo: Photo, mode: FitMode, packed: bool, size: tuple[int, int]
) -> None:
    picture = photo("parrots", *size)
    secret = as_picture(picture[:, :, 1].copy() if packed else picture)
    reference = photo("sailboats", size[1], size[0])
    fitted, back = there_and_back(secret, reference, packed, mode)
    assert fitted.plan.turned == (mode != "stretch")
    assert fitted.image.flags.c_contiguous
    assert back.shape == (size if packed else (*size, 3))
    assert back.flags.c_contiguous
    as_it_is = unfit(fit_to(secret.rgb, fitted.plan.shown, mode), size, mode)
    gain = psnr(as_rgb(back), secret.rgb) - psnr(as_it_is, secret.rgb)
    assert gain > 6 if fitted.plan.turned else abs(gain) < 0.5


def test_a_secret_of_the_turned_size_is_carried_bit_by_bit(photo: Photo) -> None:
    secret, reference = photo("parrots", 192, 128), photo("sailboats", 128, 192)
    fitted, back = there_and_back(as_picture(secret), reference, False, "contain")
    assert np.array_equal(fitted.image, np.rot90(secret))  # counter-clockwise
    assert np.array_equal(back, secret)
