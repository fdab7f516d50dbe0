"""Colour profiles: not applied to a reference, converted to sRGB for a secret."""

from collections.abc import Callable

import numpy as np
import pytest
from picture_files import encoded, foreign_profile, grey_profile, srgb_profile
from PIL import Image

from sshr.imaging.reading import Picture

Read = Callable[..., Picture]


def test_reference_samples_stay_as_stored_and_the_secret_becomes_srgb(
    read: Read, picture: Image.Image
) -> None:
    data = encoded(picture, icc_profile=foreign_profile())
    stored, seen = read(data), read(data, srgb=True)
    assert np.array_equal(stored.rgb, np.asarray(picture))
    assert "is not applied to its samples" in stored.notes[0]
    assert np.abs(seen.rgb.astype(int) - stored.rgb).mean() > 5
    assert "were converted from its profile" in seen.notes[0]
    plain = encoded(picture, icc_profile=srgb_profile())
    assert read(plain).notes == read(plain, srgb=True).notes == ()
    assert np.array_equal(read(plain, srgb=True).rgb, np.asarray(picture))


def test_grey_profile_gives_greys(read: Read, picture: Image.Image) -> None:
    grey = picture.convert("L")
    seen = read(encoded(grey, icc_profile=grey_profile()), srgb=True)
    assert seen.greyscale
    assert (seen.rgb[:, :, 0] == seen.rgb[:, :, 2]).all()
    linear = np.asarray(grey) / 255
    expected = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    bright = expected > 0.3  # few 8-bit levels of the linear scale are dark
    assert np.abs(seen.rgb[:, :, 1] - 255 * expected)[bright].max() < 4


@pytest.mark.parametrize("profile", [b"rubbish", foreign_profile()[:200], grey_profile()])
def test_a_profile_that_does_not_fit_is_ignored(
    read: Read, picture: Image.Image, profile: bytes
) -> None:
    seen = read(encoded(picture, icc_profile=profile), srgb=True)
    assert np.array_equal(seen.rgb, np.asarray(picture))
    assert "cannot be used" in seen.notes[0]
