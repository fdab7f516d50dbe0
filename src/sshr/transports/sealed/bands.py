"""A large picture in bands of rows, coded side by side: the upper ones exact, those below in steps.

In noise, of which large pictures are full where little else is left to code, prediction in steps of
orthonormal opponent planes takes as many bytes as a transform of the same error, and a fifth of the
time. Beside exact rows it gives more than one error for all of them.
"""

import struct
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sshr.threads import ahead, on_all
from sshr.transports.sealed.jpeg_xl import load_jxl, save_jxl
from sshr.transports.sealed.opponent import from_opponent, to_opponent, to_samples

ROWS = 256
"""Of a band, as of the groups that JPEG XL codes on their own; the last one may have fewer."""

STEP = 1.8
"""Of what is not exact, in grey levels: some 52.5 dB, and every plane has less than 256 of them."""

_LENGTH = struct.Struct("<I")
_ZEROS = np.array([0, 128, 128], np.float32)
_EFFORT, _FRAMES = 3, 1
"""So little effort makes no second frame. Others may be larger than a band, of which there are
thousands in a narrow picture."""

_TRIES, _A_LITTLE = 3, 8  # rows
Picture = NDArray[np.uint8]
Band = tuple[int, int, bool]
"""First row, row after the last, whether it is exact."""


def in_bands(picture: Picture, capacity: int) -> tuple[bytes, bool] | None:
    """The code of most exact rows within `capacity` bytes, and whether all are; None: none fits.

    Args:
        picture: (H, W, 3) RGB or (H, W) grey, uint8.
    """
    height = len(picture)
    tops = range(0, height, ROWS)
    codes = list(ahead(lambda top: _exact(picture[top : top + ROWS]), tops))
    spare = capacity - _LENGTH.size - sum(map(len, codes))
    if spare >= 0:
        return _LENGTH.pack(height) + b"".join(codes), True
    below = ahead(lambda top: _in_steps(picture[top : top + ROWS]), reversed(tops))
    for number, code in zip(reversed(range(len(tops))), below, strict=True):
        saved = len(codes[number]) - len(code)
        codes[number], spare = code, spare + saved
        if spare >= 0:
            band = picture[tops[number] : tops[number] + ROWS]
            rows, codes[number] = _mixed(band, code, spare, saved)
            return _LENGTH.pack(tops[number] + rows) + b"".join(codes), False
    return None


def stepped_bytes(picture: Picture) -> int:
    """How long the code of such rows is in steps."""
    return len(_in_steps(picture))


def from_bands(data: bytes, shape: tuple[int, ...]) -> Picture:
    """The picture of a code of `in_bands`.

    Args:
        shape: (height, width, 3) of RGB, (height, width) of grey.

    Raises:
        ValueError: no such code.
    """
    height, width = shape[:2]
    channels = shape[2] if len(shape) == 3 else 1
    (exact_rows,) = _LENGTH.unpack(data[: _LENGTH.size])
    if exact_rows > height:
        raise ValueError("more rows than the picture has")
    at, works = _LENGTH.size, []
    for first, end, exact in _bands(height, exact_rows):
        streams = []
        for _ in range(1 if exact else channels):
            (length,) = _LENGTH.unpack(data[at : at + _LENGTH.size])
            at += _LENGTH.size + length
            streams.append(data[at - length : at])
        works.append((first, end, exact, streams))
    if at != len(data):
        raise ValueError("another length")
    picture = np.empty(shape, np.uint8)

    def fill(work: tuple[int, int, bool, list[bytes]]) -> None:
        first, end, exact, streams = work
        if exact:
            picture[first:end] = load_jxl(streams[0], end - first, width, channels, _FRAMES)
            return
        planes = [load_jxl(one, end - first, width, 1, _FRAMES) for one in streams]
        steps = np.stack(planes, axis=-1).astype(np.float32)
        back = to_samples(from_opponent((steps - _ZEROS[:channels]) * np.float32(STEP)))
        picture[first:end] = back.reshape(end - first, *shape[1:])

    on_all(fill, works)
    return picture


def _bands(height: int, exact_rows: int) -> list[Band]:
    """Every `ROWS` rows one begins, and another where exactness ends."""
    borders = sorted({*range(0, height, ROWS), exact_rows, height})
    return [(first, end, end <= exact_rows) for first, end in pairwise(borders)]


def _mixed(band: Picture, code: bytes, spare: int, saved: int) -> tuple[int, bytes]:
    """As many exact rows above as there is room for, and the code of the band."""
    rows = int(spare / saved * len(band)) - _A_LITTLE
    for _ in range(_TRIES):
        if rows <= 0:
            break
        both = _exact(band[:rows]) + _in_steps(band[rows:])
        if len(both) <= len(code) + spare:
            return rows, both
        rows -= _A_LITTLE + (len(both) - len(code) - spare) * len(band) // saved
    return 0, code


def _exact(rows: Picture) -> bytes:
    stream = save_jxl(np.ascontiguousarray(rows), lossless=True, effort=_EFFORT)
    return _LENGTH.pack(len(stream)) + stream


def _in_steps(rows: Picture) -> bytes:
    values = rows.reshape(*rows.shape[:2], -1).astype(np.float32)
    steps = to_opponent(values) / np.float32(STEP) + _ZEROS[: values.shape[-1]]
    return b"".join(map(_exact, np.moveaxis(np.rint(steps).astype(np.uint8), -1, 0)))
