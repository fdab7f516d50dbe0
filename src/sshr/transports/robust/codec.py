"""Pictures in a few hundred bytes: AVIF without its container, scaled down where that pays.

A record is the code of a scale, two bytes of AVIF's configuration and the coded item; the size of
the picture stands in the header. The container is made anew around it.
"""

import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from sshr.errors import DamagedError
from sshr.imaging.avif import avif_file, bare_avif
from sshr.metrics import psnr
from sshr.types import Rgb8

SCALES = (8, 6, 4, 3, 2, 1)
"""Eighths of the picture's sides."""

HEAD = 3
_LEAST_SIDE = 16
_SPEED, _FAST, _LARGE = 6, 9, 1 << 19
_GUESS, _TRIES = 40, 8
_SCALES_BY_DENSITY = (
    (0.02, (8, 6)),
    (0.012, (6, 4)),
    (0.006, (4, 3)),
    (0.003, (3, 2)),
    (0.0, (2, 1)),
)
"""Bytes a pixel from which on these scales are tried."""


@dataclass(frozen=True)
class CodedPicture:
    """A record and the PSNR (dB, RGB) of what it decodes to."""

    record: bytes
    psnr: float


def best_within(picture: Rgb8, room: int) -> CodedPicture | None:
    """The record of the highest PSNR in at most `room` bytes, or None where none fits.

    Args:
        picture: (H, W, 3) uint8.
    """
    if room <= HEAD:
        return None
    density = room / (picture.shape[0] * picture.shape[1])
    scales = next(scales for least, scales in _SCALES_BY_DENSITY if density >= least)
    found = [_at_scale(picture, scale, room) for scale in scales]
    return max((each for each in found if each is not None), key=_quality, default=None)


def _quality(coded: CodedPicture) -> float:
    return coded.psnr


def decode(record: bytes, size: tuple[int, int]) -> Rgb8:
    """The picture of a record, of this height and width.

    Raises:
        DamagedError: it is none.
    """
    try:
        scale = record[0]
        if scale not in SCALES:
            raise ValueError(f"scale {scale}")
        small = _scaled(size, scale)
        data = avif_file(record[1:], *small)
        with Image.open(io.BytesIO(data), formats=["AVIF"]) as image:
            if image.size != small[::-1]:
                raise ValueError(f"size {image.size}")
            found = image.convert("RGB")
        return np.array(_resized(found, size))
    except Exception as error:  # decoders raise anything on bytes that are no code
        raise DamagedError("the concealed picture cannot be decoded") from error


def _at_scale(picture: Rgb8, scale: int, room: int) -> CodedPicture | None:
    size = picture.shape[0], picture.shape[1]
    small = Image.fromarray(picture)
    if scale != SCALES[0]:
        small = small.resize(_scaled(size, scale)[::-1], Image.Resampling.LANCZOS)
    low, high, best = 0, 100, None
    middle = _GUESS
    for _ in range(_TRIES):
        record = bytes([scale]) + _stripped(small, middle)
        if len(record) <= room:
            low, best = middle + 1, record
        else:
            high = middle - 1
        if low > high:
            break
        # Twelve steps of quality double the size, about; the search never leaves its bounds.
        step = round(17 * math.log(room / len(record)))
        middle = min(max(middle + step, low), high)
    return None if best is None else CodedPicture(best, psnr(decode(best, size), picture))


def _stripped(image: Image.Image, quality: int) -> bytes:
    speed = _SPEED if image.width * image.height < _LARGE else _FAST
    stream = io.BytesIO()
    image.save(stream, "AVIF", quality=quality, subsampling="4:2:0", speed=speed)
    return bare_avif(stream.getvalue())


def _scaled(size: tuple[int, int], scale: int) -> tuple[int, int]:
    return (
        max(round(size[0] * scale / 8), min(size[0], _LEAST_SIDE)),
        max(round(size[1] * scale / 8), min(size[1], _LEAST_SIDE)),
    )


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.size == size[::-1]:
        return image
    return image.resize(size[::-1], Image.Resampling.BICUBIC)
