"""Every mode that Pillow reads becomes RGB or grey, and alpha beside it, knowingly."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from picture_files import encoded
from PIL import Image, ImageCms

from sshr.imaging.modes import to_rgb
from sshr.imaging.reading import Picture

Rgb8 = NDArray[np.uint8]
Read = Callable[..., Picture]


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr", "LAB"])
def test_other_colour_modes_are_converted_and_told(
    read: Read, picture: Image.Image, mode: str
) -> None:
    if mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(picture, srgb, lab, outputMode="LAB")
        assert image is not None
    else:
        image = picture.convert(mode)
    data = encoded(image, "TIFF")
    got = read(data)
    assert np.abs(got.rgb.astype(int) - np.asarray(picture)).mean() < 2
    assert not got.greyscale
    stored = Image.open(io.BytesIO(data)).mode
    assert any(f"converted from {stored}" in note for note in got.notes) == (stored != "RGB")
    assert got.inexact == (None if stored == "RGB" else stored)


@pytest.mark.parametrize("mode", ["HSV", "RGBX", "RGBa", "La", "PA", "1", "I;16", "I;16B"])
def test_modes_that_few_files_have(picture: Image.Image, mode: str) -> None:
    image = picture.quantize(32).convert("PA") if mode == "PA" else picture.copy()
    if mode == "RGBa":
        image = image.convert("RGBA").convert("RGBa")
    elif mode == "La":
        image = image.convert("LA").convert("La")
    elif mode.startswith("I;16"):
        image = image.convert("L").convert("I").convert("I;16")
        image = image.convert("I").convert(mode) if mode != "I;16" else image
    elif mode != "PA":
        image = image.convert(mode)
    got = to_rgb(image, "x", deep=mode.startswith("I"))
    grey = mode in {"La", "1", "I;16", "I;16B"}
    assert got.greyscale == grey
    assert got.alpha is None
    wanted = picture.convert({"La": "L", "1": "1"}.get(mode, "RGB"))
    if mode.startswith("I;16"):
        assert not got.rgb.any()  # levels up to 255 of 65535
    else:
        assert np.abs(got.rgb.astype(int) - np.asarray(wanted.convert("RGB"))).mean() < 10


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_read_as_it_is(
    read: Read, picture: Image.Image, mode: str, file_format: str
) -> None:
    alpha = np.random.default_rng(1).integers(0, 256, (72, 100), dtype=np.uint8)
    image = picture.convert(mode)
    image.putalpha(Image.fromarray(alpha))
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    got = read(encoded(image, file_format, **options))
    assert got.alpha is not None
    assert np.array_equal(got.alpha, alpha)
    assert np.array_equal(got.rgb, picture.convert(mode[:-1]).convert("RGB"))
    assert got.greyscale == (mode == "LA" and file_format != "WEBP")


def test_named_transparent_colours(read: Read, picture: Image.Image) -> None:
    colours = np.asarray(picture).copy()
    colours[0, 0] = (1, 2, 3)
    image = Image.fromarray(colours)
    got = read(encoded(image, transparency=(1, 2, 3)))
    assert got.alpha is not None
    assert (got.alpha[0, 0], got.alpha[0, 1]) == (0, 255)
    assert np.array_equal(got.rgb, colours)
    assert read(encoded(image, transparency=(255, 0, 255))).alpha is None
    grey = picture.convert("L")
    level = grey.getpixel((9, 9))
    got = read(encoded(grey, transparency=level))
    assert got.greyscale
    assert got.alpha is not None
    assert np.array_equal(got.alpha == 0, np.asarray(grey) == level)
    palette = picture.quantize(64)
    got = read(encoded(palette, transparency=palette.getpixel((9, 9))))
    assert got.alpha is not None
    assert got.alpha[9, 9] == 0
