"""PNG chunk by chunk: what the pixels need is sound, the rest is left out where it is unusable."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from picture_files import chunk, encoded
from PIL import Image

from sshr.errors import ImageError
from sshr.imaging.png import SIGNATURE, sound_png, unapplied_colour
from sshr.imaging.reading import Picture, decode_image

START = 33  # after signature and header
LONG = zlib.compress(b'{"n":1}' * 200_000)
BROKEN_EXIF = bytes.fromhex("0000110000010400")  # as RawTherapee 5.8 wrote it


def damaged(kind: bytes, content: bytes = b"") -> bytes:
    whole = chunk(kind, content)
    return whole[:-1] + bytes([whole[-1] ^ 1])


@pytest.fixture
def within(picture: Image.Image) -> Callable[..., Picture]:
    """Reads a PNG with further chunks before its pixels; the pixels are as they were."""

    def read(*extra: bytes, srgb: bool = False) -> Picture:
        data = encoded(picture)
        got = decode_image(data[:START] + b"".join(extra) + data[START:], srgb=srgb)
        assert np.array_equal(got.rgb, np.asarray(picture))
        return got

    return read


@pytest.mark.parametrize(
    ("extra", "note"),
    [
        (chunk(b"eXIf", BROKEN_EXIF), "its EXIF block is damaged"),
        (chunk(b"zTXt", b"workflow\0\0" + LONG), "its text is longer than 1 MiB and was left out"),
        (
            chunk(b"iTXt", b"workflow\0\1\0en\0\0" + LONG),
            "its text is longer than 1 MiB and was left out",
        ),
        (
            chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(1_500_000))),
            "its colour profile is longer than 1 MiB and was left out",
        ),
        (
            damaged(b"tEXt", b"Comment\0hi"),
            "a damaged part of its file (tEXt) was left out",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_pixels_do_not_need_is_left_out_and_noted(
    within: Callable[..., Picture], extra: bytes, note: str
) -> None:
    assert within(extra).notes == (note,)


def test_long_plain_and_short_packed_texts_stay(within: Callable[..., Picture]) -> None:
    got = within(
        chunk(b"tEXt", b"workflow\0" + b"x" * 2_000_000),
        chunk(b"zTXt", b"short\0\0" + zlib.compress(b"y" * 1000)),
        chunk(b"iTXt", b"plain\0\0\0\0\0z"),
        chunk(b"zTXt", b"no deflate\0\0nonsense"),
        chunk(b"zTXt", b"nothing"),
    )
    assert got.notes == ()
    assert {"workflow", "short", "plain"} <= {key for key, _ in got.extras.text}


def test_many_texts_are_left_out_from_where_they_are_too_long_together(
    within: Callable[..., Picture],
) -> None:
    texts = [chunk(b"zTXt", b"%d\0\0" % n + zlib.compress(bytes(1_000_000))) for n in range(80)]
    assert within(*texts).notes == ("its text is longer than 1 MiB and was left out",)


def image_of(rows: bytes, interlaced: int = 0, end: bool = True) -> bytes:
    header = struct.pack(">IIBBBBB", 100, 80, 8, 2, 0, 0, interlaced)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
    return SIGNATURE + body + (chunk(b"IEND") if end else b"")


@pytest.mark.parametrize("rows", [0, 1, 40, 79])
def test_missing_rows_are_noticed(rows: int) -> None:
    with pytest.raises(ImageError, match=r"damaged or incomplete \(rows are missing"):
        decode_image(image_of(bytes(301 * rows)))
    with pytest.raises(ValueError, match="rows are missing"):
        sound_png(image_of(bytes(301 * 80 - 1)))
    assert decode_image(image_of(bytes(301 * 80))).size == (80, 100)


@pytest.mark.parametrize(("mode", "bits"), [("RGB", 8), ("1", 1), ("P", 4), ("LA", 8)])
def test_rows_of_every_kind_are_counted(mode: str, bits: int) -> None:
    for size in ((64, 64), (101, 73)):
        image = Image.new(mode, size)
        data = encoded(image, bits=bits) if mode == "P" else encoded(image)
        assert sound_png(data).data == data


def test_interlaced_rows_are_counted() -> None:
    needed = 0
    for left, top, across, down in (
        *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4)),
        *((1, 0, 2, 2), (0, 1, 1, 2)),
    ):
        columns, rows = len(range(left, 100, across)), len(range(top, 80, down))
        needed += rows * (1 + 3 * columns)
    assert decode_image(image_of(bytes(needed), 1)).size == (80, 100)
    with pytest.raises(ImageError, match="rows are missing"):
        decode_image(image_of(bytes(needed - 1), 1))


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS"])
def test_damage_of_what_the_pixels_need_is_refused(kind: bytes) -> None:
    data = encoded(Image.new("P", (64, 64)), transparency=0)
    at = data.index(kind)
    length = int.from_bytes(data[at - 4 : at], "big")
    place = at + 4 + length
    with pytest.raises(ImageError, match=f"the checksum of {kind.decode()} is wrong"):
        decode_image(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])


def test_the_end_must_be_there() -> None:
    with pytest.raises(ImageError, match="the end is missing"):
        decode_image(image_of(bytes(301 * 80), end=False))


@pytest.mark.parametrize(
    ("extra", "note"),
    [
        ((b"gAMA", struct.pack(">I", 100_000)), "its samples are not converted from its gamma (1)"),
        ((b"gAMA", struct.pack(">I", 45_455)), None),
        (
            (b"cHRM", struct.pack(">8I", 31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600)),
            "its samples are not converted from its primary colours (cHRM)",
        ),
        (
            (b"cICP", bytes([9, 16, 0, 1])),
            "its colours (cICP, as HDR has them) are not converted: they may look pale",
        ),
        ((b"cICP", bytes([1, 13, 0, 1])), None),
    ],
)
def test_colours_that_are_not_srgb_are_noted(
    within: Callable[..., Picture], extra: tuple[bytes, bytes], note: str | None
) -> None:
    notes = (note,) if note else ()
    for srgb in (True, False):
        assert within(chunk(*extra), srgb=srgb).notes == notes
    if extra[0] != b"cICP":  # sRGB and profiles go before the older chunks
        assert within(chunk(b"sRGB", b"\0"), chunk(*extra)).notes == ()
        assert unapplied_colour((extra,), profile=True) == ()
