"""Copies of one photograph are told from other photographs."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from sshr.imaging.likeness import likeness

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]
NAMES = ["lighthouse", "parrots", "red-barn", "sailboats"]


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


COPIES = {
    "itself": (lambda image: image, "same size"),
    "JPEG 90": (lambda image: jpeg(image, 90), "same size"),
    "JPEG 10": (lambda image: jpeg(image, 10), "same size"),
    "brighter": (lambda image: ImageEnhance.Brightness(image).enhance(1.05), "same size"),
    "half": (lambda image: image.resize((image.width // 2, image.height // 2)), "resized"),
    "other size": (lambda image: image.resize((333, 250)), "resized"),
    "turned": (lambda image: image.transpose(Image.Transpose.ROTATE_90), "turned"),
    "upside down": (lambda image: image.transpose(Image.Transpose.ROTATE_180), "turned"),
}


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("name", NAMES)
def test_copies(photo: Photo, name: str, copy: str) -> None:
    image = photo(name, 300, 400, 80, 90)
    change, expected = COPIES[copy]
    changed = np.array(change(Image.fromarray(image)).convert("RGB"))
    assert likeness(changed, image) == expected
    assert likeness(image, changed) == expected


@pytest.mark.parametrize("name", NAMES)
def test_other_photographs(photo: Photo, name: str) -> None:
    for other in NAMES:
        if other != name:
            assert likeness(photo(other, 300, 400, 80, 90), photo(name, 300, 400, 80, 90)) is None


def test_flat_pictures_show_nothing(photo: Photo) -> None:
    flat = np.full((64, 64, 3), 90, np.uint8)
    assert likeness(flat, flat + 1) is None
    assert likeness(photo("parrots", 64, 64), np.zeros((64, 64, 3), np.uint8)) is None


def test_another_shape_is_not_the_same(photo: Photo) -> None:
    image = photo("parrots", 300, 400, 80, 90)
    assert likeness(image[:200], image) is None
