"""From a picture's bytes back to the picture, whose size and channels are known beforehand.

What a code claims itself is read before a decoder makes room for it, or is not sent at all.
"""

import struct
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sshr.imaging.avif import avif_file
from sshr.threads import on_all
from sshr.transports.sealed.bands import from_bands
from sshr.transports.sealed.jpeg2000 import plane_stream
from sshr.transports.sealed.jpeg_xl import load_jxl
from sshr.transports.sealed.opponent import from_opponent, to_samples
from sshr.transports.sealed.pillow_codecs import load

STEPS = 64
MIDDLE = 1 << 15
LENGTH = struct.Struct("<I")
_ROWS = 256

Shape = tuple[int, ...]
"""(height, width, 3) of RGB, (height, width) of grey."""


class PictureCodec(IntEnum):
    """How a picture's bytes are to be read; part of the format."""

    JPEG_XL = 1
    AVIF = 2
    OPPONENT_JPEG_2000 = 3
    SPLIT = 4
    BANDS = 5


def decode(codec: PictureCodec, data: bytes, shape: Shape) -> NDArray[np.uint8]:
    """The picture of a code, uint8 of this shape.

    Raises:
        ValueError: not such a code, or one of a picture of another shape.
    """
    try:
        picture = _decoded(codec, data, shape)
        if picture.shape != shape or picture.dtype != np.uint8:
            raise ValueError("another shape")
    except Exception as error:  # the boundary: decoders raise anything on bytes that are no code
        raise ValueError("the concealed picture cannot be decoded") from error
    return picture


def _decoded(codec: PictureCodec, data: bytes, shape: Shape) -> NDArray[np.uint8]:
    height, width = shape[:2]
    channels = shape[2] if len(shape) == 3 else 1
    if codec is PictureCodec.SPLIT:
        (rows,), (length,) = LENGTH.unpack(data[:4]), LENGTH.unpack(data[4:8])
        if not 0 < rows < height:
            raise ValueError("an impossible split")
        above = decode(PictureCodec.JPEG_XL, data[8 : 8 + length], (rows, *shape[1:]))
        rest = data[8 + length :]
        below = decode(PictureCodec.OPPONENT_JPEG_2000, rest, (height - rows, *shape[1:]))
        return np.concatenate([above, below])
    if codec is PictureCodec.BANDS:
        return from_bands(data, shape)
    if codec is PictureCodec.JPEG_XL:
        return load_jxl(data, height, width, channels)
    if codec is PictureCodec.AVIF:
        return load(avif_file(data, height, width), "AVIF")
    planes = []
    for _ in range(channels):
        (length,) = LENGTH.unpack(data[: LENGTH.size])
        body, data = data[LENGTH.size :][:length], data[LENGTH.size :][length:]
        planes.append(load(plane_stream(body, height, width), "JPEG2000"))
    if data or any(plane.shape != (height, width) for plane in planes):
        raise ValueError("other planes")
    picture = np.empty(shape, np.uint8)

    def fill(top: int) -> None:
        rows = np.stack([plane[top : top + _ROWS] for plane in planes], axis=-1)
        values = (rows.astype(np.float32) - MIDDLE) / np.float32(STEPS)
        samples = to_samples(from_opponent(values) + np.float32(128))
        picture[top : top + _ROWS] = samples.reshape(-1, *shape[1:])

    on_all(fill, range(0, height, _ROWS))
    return picture
