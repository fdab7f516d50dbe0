"""Codes that claim more than the header does: no decoder is even asked."""

import contextlib
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from picture_files import encoded
from PIL import Image

from sshr.imaging.avif import bare_avif
from sshr.transports.sealed import decoders, jpeg_xl
from sshr.transports.sealed.codecs import _opponent, _split_at, lossless
from sshr.transports.sealed.decoders import LENGTH, PictureCodec, decode
from sshr.transports.sealed.pillow_codecs import load

SHAPE = (64, 64, 3)
LARGE = np.zeros((2000, 3000, 3), np.uint8)
Asked = list[tuple[str, bytes]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What decoders are asked to open."""
    seen: Asked = []

    def note(data: bytes, file_format: str) -> NDArray[np.uint8]:
        seen.append((file_format, data))
        return load(data, file_format)

    for module in (decoders, jpeg_xl):
        monkeypatch.setattr(module, "load", note)
    return seen


def jxl(picture: NDArray[np.uint8]) -> bytes:
    return lossless(picture).data


BOMBS = {
    "a large JPEG XL": (PictureCodec.JPEG_XL, lambda: jxl(LARGE)),
    "a grey JPEG XL": (PictureCodec.JPEG_XL, lambda: jxl(LARGE[:64, :64, 0])),
    "a JPEG XL in a file that holds a JPEG": (
        PictureCodec.JPEG_XL,
        lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + jxl(LARGE[:64, :64]),
    ),
    "a large AVIF": (
        PictureCodec.AVIF,
        lambda: bare_avif(encoded(Image.fromarray(LARGE), "AVIF", quality=1, speed=10)),
    ),
    "an AVIF file": (
        PictureCodec.AVIF,
        lambda: encoded(Image.fromarray(LARGE[:64, :64]), "AVIF"),
    ),
    "a split without rows above": (PictureCodec.SPLIT, lambda: split(0, jxl(LARGE[:1, :64]))),
    "a split with all rows above": (PictureCodec.SPLIT, lambda: split(64, jxl(LARGE[:64, :64]))),
    "a split with too many": (PictureCodec.SPLIT, lambda: split(1 << 31, jxl(LARGE))),
    "a split with another picture above": (PictureCodec.SPLIT, lambda: split(32, jxl(LARGE))),
    "a split in a split": (PictureCodec.SPLIT, lambda: split(32, split(16, jxl(LARGE)))),
}


def split(rows: int, above: bytes) -> bytes:
    return LENGTH.pack(rows) + LENGTH.pack(len(above)) + above


@pytest.mark.parametrize("kind", BOMBS)
def test_no_decoder_makes_room_for_another_picture(asked: Asked, kind: str) -> None:
    codec, make = BOMBS[kind]
    with pytest.raises(ValueError, match="cannot be decoded"):
        decode(codec, make(), SHAPE)
    assert asked == []


def test_planes_are_as_many_and_as_large_as_the_header_says(asked: Asked) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (320, 320, 3), np.uint8)
    for large in (noise, LARGE):
        with contextlib.suppress(ValueError):
            code = _opponent(large, 40.0)[1]
            assert decode(PictureCodec.OPPONENT_JPEG_2000, code, SHAPE).shape == SHAPE
    own = _opponent(np.zeros(SHAPE, np.uint8), 40.0)[1]
    with pytest.raises(ValueError, match="cannot be decoded"):
        decode(PictureCodec.OPPONENT_JPEG_2000, 4 * own, SHAPE)
    assert decode(PictureCodec.OPPONENT_JPEG_2000, own, SHAPE).shape == SHAPE
    assert 6 < len(asked) <= 12
    for _, data in asked:
        assert data[8:16] == bytes([0, 0, 0, 64, 0, 0, 0, 64])  # width and height in the header


@pytest.mark.parametrize("quality", [60.0, 80.0])
def test_the_codes_of_senders_are_read(
    photo: Callable[..., NDArray[np.uint8]], quality: float
) -> None:
    picture = photo("parrots", 300, 70)  # more rows than are turned to colours at once
    for codec, data in (
        _opponent(picture, quality),
        (PictureCodec.SPLIT, _split_at(picture, 100, quality)),
    ):
        found = decode(codec, data, picture.shape)
        assert np.abs(found.astype(int) - picture).mean() < 1
