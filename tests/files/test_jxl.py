"""What a JPEG XL file claims is known before it is decoded, and only plain ones are taken."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_files import encoded
from PIL import Image, ImageDraw

from sshr.errors import ImageError
from sshr.files.jxl import is_plain_jxl, jxl_size
from sshr.files.plugins import AVIF, HEIF, JXL, plugin_for
from sshr.imaging.reading import decode_image

JXL.register()


@pytest.mark.parametrize(
    "size", [(64, 64), (72, 64), (65, 64), (1000, 64), (300, 200), (512, 1024)]
)
def test_size_of_jpeg_xl_is_known_before_decoding(size: tuple[int, int]) -> None:
    assert jxl_size(encoded(Image.new("RGB", size), "JXL", lossless=True)) == size[::-1]


def test_huge_jpeg_xl_is_refused_unopened() -> None:
    side = 60_000 - 1
    bits = 0 | 3 << 1 | side << 3 | 1 << 33  # large, 30 bits a side, square
    data = b"\xff\x0a" + bits.to_bytes(8, "little") + bytes(40)
    assert jxl_size(data) == (60_000, 60_000)
    with pytest.raises(ImageError, match="at most 150 megapixels"):
        decode_image(data)


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 40])
def test_size_of_jpeg_xl_in_parts(cut: int) -> None:
    stream = encoded(Image.new("RGB", (1000, 300)), "JXL", lossless=True)
    if not stream.startswith(b"\xff\x0a"):
        at = stream.index(b"jxlc")
        stream = stream[at + 4 :]

    def box(kind: bytes, content: bytes) -> bytes:
        return (len(content) + 8).to_bytes(4, "big") + kind + content

    parts = b"".join(box(b"jxlp", bytes(4) + part) for part in (stream[:cut], stream[cut:]))
    container = b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    assert jxl_size(container + parts) == (300, 1000)
    assert jxl_size(container + box(b"jxlc", stream)) == (300, 1000)
    assert jxl_size(container) is None


@given(data=st.binary(max_size=80))
def test_no_bytes_break_the_size_of_jpeg_xl(data: bytes) -> None:
    for start in (b"", b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"):
        size = jxl_size(start + data)
        assert size is None or min(size) > 0
        assert plugin_for(start + data) in (None, HEIF, AVIF, JXL)


SETTINGS = [
    *({"lossless": True, "effort": effort} for effort in (3, 7, 9)),
    *({"quality": quality} for quality in (1.0, 50.0, 99.9)),
]


def page() -> Image.Image:
    """Repeated shapes, which the encoder keeps in a frame of their own."""
    image = Image.new("RGB", (500, 400), "white")
    for row in range(20):
        ImageDraw.Draw(image).text((5, 20 * row), "the quick brown fox " * 5, fill="black")
    return image


@pytest.mark.parametrize("options", SETTINGS, ids=str)
def test_what_the_encoder_writes_is_plain(photo: Callable[..., np.ndarray], options: dict) -> None:
    for image in (Image.fromarray(photo("parrots", 300, 280)), page(), Image.new("RGB", (64, 64))):
        for mode, channels in (("RGB", 3), ("L", 1)):
            data = encoded(image.convert(mode), "JXL", **options)
            assert is_plain_jxl(data, image.height, image.width, channels)
            if options.get("effort") == 3:
                assert is_plain_jxl(data, image.height, image.width, channels, frames=1)
            assert not is_plain_jxl(data, image.height, image.width, 4 - channels)
            assert not is_plain_jxl(data, image.height + 1, image.width, channels)


def test_what_holds_more_is_not(photo: Callable[..., np.ndarray]) -> None:
    image = Image.fromarray(photo("parrots", 64, 64))
    alpha, deep, stream = image.convert("RGBA"), Image.new("I;16", (64, 64), 7), BytesIO()
    alpha.putpixel((0, 0), (0, 0, 0, 0))
    assert not is_plain_jxl(encoded(alpha, "JXL", lossless=True), 64, 64, 3)
    assert not is_plain_jxl(encoded(deep, "JXL", lossless=True), 64, 64, 1)
    image.save(stream, "JXL", lossless=True, use_container=True)
    assert not is_plain_jxl(stream.getvalue(), 64, 64, 3)


# 64x64, all else as by default, to the end of a byte.
SQUARE = [(1, 1), (7, 5), (1, 3), (1, 1), (1, 1), (0, 5)]
NORMAL, KEPT = 0, 2


def frame(kind: int, side: int = 0, last: int = 1) -> list[tuple[int, int]]:
    """Header of a modular frame with one part of no bytes; its sides are 18688 and `side` px, or
    the picture's own."""
    fields = [(0, 1), (kind, 2), (1, 1), (0, 2), (0, 2), (1, 2)]
    fields += [(0, 2)] if kind == NORMAL else []  # one pass
    fields += [(int(bool(side)), 1)]
    if side:
        fields += [(0, 2), (0, 8), (0, 2), (0, 8)] if kind == NORMAL else []  # where it lies
        fields += 2 * [(3, 2), (side, 30)]
    if kind == NORMAL:
        fields += [(0, 2), (last, 1)]  # it replaces what was there
    if kind == KEPT or not last:
        fields += [(0, 3)]  # its number, and how it is kept
    fields += [(0, 2), (1, 1), (0, 2), (0, 1)]  # no name, plain filters, parts in order
    fields += [(0, -sum(count for _, count in fields) % 8), (0, 12), (0, 4)]
    return fields


def written(*fields: tuple[int, int]) -> bytes:
    value, at = 0, 0
    for number, count in fields:
        value |= number << at
        at += count
    return b"\xff\x0a" + value.to_bytes((at + 7) // 8 + 8, "little")


def test_frames_that_take_more_room_than_the_picture_are_not_plain() -> None:
    assert is_plain_jxl(written(*SQUARE, *frame(NORMAL)), 64, 64, 3)
    for side in (1, 20_000, (1 << 30) - 1):
        for kind in (NORMAL, KEPT):
            data = written(*SQUARE, *frame(kind, side), *frame(NORMAL))
            assert not is_plain_jxl(data, 64, 64, 3)


def test_endless_frames_are_not_plain() -> None:
    more = frame(NORMAL, last=0)
    assert is_plain_jxl(written(*SQUARE, *more, *more, *frame(NORMAL)), 64, 64, 3)
    assert not is_plain_jxl(written(*SQUARE, *(100 * more)), 64, 64, 3)


def test_where_one_frame_is_enough_another_is_refused() -> None:
    """As in a band: a frame that is kept may be a megapixel larger than its picture."""
    one, two = (written(*SQUARE, *first, *frame(NORMAL)) for first in ([], frame(KEPT)))
    assert is_plain_jxl(one, 64, 64, 3, frames=1)
    assert is_plain_jxl(two, 64, 64, 3)
    assert not is_plain_jxl(two, 64, 64, 3, frames=1)


@given(data=st.binary(max_size=60))
def test_no_bytes_break_the_frames(data: bytes) -> None:
    start = written(*SQUARE)[:-8]
    is_plain_jxl(start + data, 64, 64, 3)
    is_plain_jxl(b"\xff\x0a" + data, 64, 64, 3)
