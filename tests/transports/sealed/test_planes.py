"""Planes by JPEG 2000: of one quality, or of given sizes."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.sealed.decoders import PictureCodec, decode
from sshr.transports.sealed.planes import code_planes, fit_planes, join_planes

Rgb8 = NDArray[np.uint8]


@pytest.fixture(params=[False, True], ids=["colour", "grey"])
def picture(request: pytest.FixtureRequest, photo: Callable[..., Rgb8]) -> Rgb8:
    found = photo("parrots", 130, 170)
    return np.ascontiguousarray(found[..., 0]) if request.param else found


def psnr(codes: list[bytes], picture: Rgb8) -> float:
    found = decode(PictureCodec.OPPONENT_JPEG_2000, join_planes(codes), picture.shape)
    return float(10 * np.log10(255**2 / np.square(found.astype(float) - picture).mean()))


@pytest.mark.parametrize("quality", [52.0, 60.0])
def test_sizes_of_a_quality_give_its_error(picture: Rgb8, quality: float) -> None:
    codes = code_planes(picture, quality)
    assert len(codes) == (3 if picture.ndim == 3 else 1)
    sizes = [len(code) for code in codes]
    fitted = fit_planes(picture, sizes)
    assert sum(map(len, fitted)) <= sum(sizes) + 100
    assert psnr(fitted, picture) > psnr(codes, picture) - 0.5


def test_a_size_is_nearly_filled(picture: Rgb8) -> None:
    for size in (500, 2000, 8000):
        for code in fit_planes(picture, [size] * (3 if picture.ndim == 3 else 1)):
            assert 0.95 * size - 100 < len(code) <= size + 50
