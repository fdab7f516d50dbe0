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

SCALES = (64, 48, 32, 24, 16, 8, 4, 2, 1)
"""Parts of 64 of the picture's sides; the last ones are for pictures far larger than references."""

HEAD = 3
_LEAST_SIDE, _SHOWS = 16, 32
"""Pixels of a side that are coded at least, and that show anything."""

_SEARCH, _FINAL, _LARGE = 6, 4, 1 << 19
"""Speeds of the coder; that of the search alone in pictures of LARGE pixels."""

_SAMPLING = "4:4:4"
"""Of chroma; 4:2:0 costs some 0.1 dB in RGB at every size."""

_TUNE = "psnr"
"""The coder's own default looks better to an eye at higher rates and is worth 0.3 dB less."""

_DERINGING = "1"
"""Of the AV1 filters, the one that the coder leaves out of still pictures by itself."""

_FAST = 9
_GUESS, _TRIES, _FEW_TRIES = 40, 8, 4
"""Of the search; a few tries do where LARGE pixels are coded."""

_SCALES_BY_DENSITY = (
    (0.02, (64, 48)),
    (0.012, (64, 48, 32)),
    (0.006, (48, 32, 24)),
    (0.003, (32, 24, 16)),
    (0.00075, (24, 16, 8)),
    (0.0002, (16, 8, 4)),
    (0.00005, (8, 4, 2)),
    (0.0, (4, 2, 1)),
)
"""Bytes a pixel from which on these scales are tried; the last one alone in large pictures."""


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
    scales: tuple[int, ...] = next(each for least, each in _SCALES_BY_DENSITY if density >= least)
    if _is_large(picture):
        scales = scales[-1:]
    found = [_at_scale(picture, scale, room) for scale in scales]
    best = max(
        (each for each in found if each is not None), key=lambda one: one.coded.psnr, default=None
    )
    size = picture.shape[0], picture.shape[1]
    smaller = (at for at in SCALES if at < scales[-1] and min(_scaled(size, at)) >= _SHOWS)
    while best is None and (scale := next(smaller, 0)):
        best = _at_scale(picture, scale, room)
    if best is None:
        return None
    if _is_large(picture):
        return best.coded
    slower = _slower(picture, best, room)
    return best.coded if slower is None or slower.psnr <= best.coded.psnr else slower


@dataclass(frozen=True)
class _Try:
    coded: CodedPicture
    scale: int
    quality: int


def _is_large(picture: Rgb8) -> bool:
    return picture.shape[0] * picture.shape[1] >= _LARGE


def _slower(picture: Rgb8, best: _Try, room: int) -> CodedPicture | None:
    """What the slow coder makes of the scale that a fast one found best, near its quality."""
    small = _shrunk(picture, best.scale)
    for quality in range(min(best.quality + 2, 100), max(best.quality - 2, -1), -1):
        record = bytes([best.scale]) + _stripped(small, quality, _FINAL)
        if len(record) <= room:
            return _measured(record, picture)
    return None


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


def _at_scale(picture: Rgb8, scale: int, room: int) -> _Try | None:
    small = _shrunk(picture, scale)
    speed = _FAST if _is_large(picture) else _SEARCH
    tries = _FEW_TRIES if small.width * small.height >= _LARGE else _TRIES
    low, high, best = 0, 100, None
    middle = _GUESS
    for _ in range(tries):
        record = bytes([scale]) + _stripped(small, middle, speed)
        if len(record) <= room:
            low, best = middle + 1, (record, middle)
        else:
            high = middle - 1
        if low > high:
            break
        # Twelve steps of quality double the size, about; the search never leaves its bounds.
        step = round(17 * math.log(room / len(record)))
        middle = min(max(middle + step, low), high)
    return None if best is None else _Try(_measured(best[0], picture), scale, best[1])


def _measured(record: bytes, picture: Rgb8) -> CodedPicture:
    size = picture.shape[0], picture.shape[1]
    return CodedPicture(record, psnr(decode(record, size), picture))


def _shrunk(picture: Rgb8, scale: int) -> Image.Image:
    image = Image.fromarray(picture)
    if scale == SCALES[0]:
        return image
    size = _scaled((picture.shape[0], picture.shape[1]), scale)
    return image.resize(size[::-1], Image.Resampling.LANCZOS)


def _stripped(image: Image.Image, quality: int, speed: int) -> bytes:
    stream = io.BytesIO()
    tune = {"tune": _TUNE, "enable-cdef": _DERINGING}
    image.save(stream, "AVIF", quality=quality, subsampling=_SAMPLING, speed=speed, advanced=tune)
    return bare_avif(stream.getvalue())


def _scaled(size: tuple[int, int], scale: int) -> tuple[int, int]:
    return (
        max(round(size[0] * scale / SCALES[0]), min(size[0], _LEAST_SIDE)),
        max(round(size[1] * scale / SCALES[0]), min(size[1], _LEAST_SIDE)),
    )


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.size == size[::-1]:
        return image
    return image.resize(size[::-1], Image.Resampling.BICUBIC)
