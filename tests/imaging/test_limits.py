"""The sizes of picture that are worked on."""

import pytest
from PIL import Image

from sshr.errors import ImageError
from sshr.imaging.limits import MAX_PIXELS, MIN_SIDE, check_size


def test_limits_lie_below_those_of_the_library() -> None:
    assert Image.MAX_IMAGE_PIXELS is None or 2 * Image.MAX_IMAGE_PIXELS > MAX_PIXELS
    assert MIN_SIDE == 64


@pytest.mark.parametrize("size", [(64, 64), (64, 2_000_000), (10_000, 15_000)])
def test_sizes_that_are_taken(size: tuple[int, int]) -> None:
    check_size(*size, "x.png")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((63, 64), "x.png: is 64x63 px; each side must have at least 64 px"),
        ((64, 0), "is 0x64 px"),
        ((10_000, 15_001), "x.png: is 15001x10000 px; at most 150 megapixels"),
        ((1 << 40, 1 << 40), "at most 150 megapixels"),
    ],
)
def test_sizes_that_are_refused(size: tuple[int, int], words: str) -> None:
    with pytest.raises(ImageError, match=words):
        check_size(*size, "x.png")
