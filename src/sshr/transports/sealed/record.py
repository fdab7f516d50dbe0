"""What is sealed, as one record of bytes: its kind, its name, its size and the thing itself.

Big-endian: kind u8, codec u8, length of the name u16, size of the body before compression u64, name
(UTF-8), length of the body u64, body; zeros fill it up to a multiple of 4, and where it is sealed
to the length of its class (`padding.py`).
"""

import struct
from dataclasses import dataclass, field

import numpy as np
import zstandard
from numpy.typing import NDArray

from sshr.errors import DamagedError
from sshr.files.names import plain_name
from sshr.imaging.limits import MAX_SECRET_BYTES
from sshr.transports.kind import Kind
from sshr.transports.sealed.codecs import Coded
from sshr.transports.sealed.decoders import PictureCodec, Shape, decode

_HEAD = struct.Struct(">BBHQ")
_BODY = struct.Struct(">Q")
_WORD = 4
_MAX_NAME = 255
_RAW, _ZSTD = 0, 16
_FAST_FROM = 1 << 22


@dataclass(frozen=True)
class Encoded:
    """A secret as a record.

    Attributes:
        coded: the picture in it, if it is lossy.
        notes: what the user should know.
    """

    record: bytes
    coded: Coded | None = None
    notes: tuple[str, ...] = ()

    @property
    def psnr(self) -> float | None:
        """Of what comes back of a picture, dB; None where all does."""
        return None if self.coded is None else self.coded.psnr


@dataclass(frozen=True)
class Content:
    """An opened secret.

    Attributes:
        name: as the sender's file was called, see `plain_name`; never a path to write to.
        data: the bytes of a file or text (UTF-8), or a picture's code.
        picture: of a picture, (H, W, 3) RGB or (H, W) grey, uint8.
    """

    kind: Kind
    name: str
    data: bytes = field(repr=False)
    picture: NDArray[np.uint8] | None = field(default=None, repr=False)


def overhead(name: str) -> int:
    """Bytes of a record beside the body, at most."""
    return _HEAD.size + _BODY.size + len(_name(name)) + _WORD


def pack_bytes(kind: Kind, name: str, data: bytes) -> bytes:
    """The record of a file or a text; compressed by Zstandard where that is shorter."""
    level = 19 if len(data) < _FAST_FROM else 9
    small = zstandard.ZstdCompressor(level=level).compress(data)
    if len(small) < len(data):
        return _pack(kind, _ZSTD, name, len(data), small)
    return _pack(kind, _RAW, name, len(data), data)


def pack_picture(name: str, coded: Coded) -> bytes:
    """The record of a compressed picture."""
    return _pack(Kind.PICTURE, coded.codec, name, len(coded.data), coded.data)


def unpack(record: bytes, expected: Kind, shape: Shape = ()) -> Content:
    """Inverse of `pack_bytes` and `pack_picture`, for a record that has been authenticated.

    Args:
        expected: what the stego's header says that it is.
        shape: of a picture, as the header says; no decoder makes room for another.

    Raises:
        DamagedError: the sender has packed something else.
    """
    try:
        kind, codec, length, size = _HEAD.unpack_from(record)
        at = _HEAD.size + length
        name = plain_name(record[_HEAD.size : at].decode())
        (stored,) = _BODY.unpack_from(record, at)
        body = record[at + _BODY.size :][:stored]
        if len(body) != stored or size > MAX_SECRET_BYTES:
            raise ValueError("impossible sizes")
        if Kind(kind) is not expected:
            raise ValueError("another kind than the header's")
        if expected is Kind.PICTURE:
            picture = decode(PictureCodec(codec), body, shape)
            return Content(Kind.PICTURE, name, body, picture)
        if codec == _ZSTD:
            if zstandard.frame_content_size(body) != size:
                raise ValueError("another size than the record's")
            body = zstandard.ZstdDecompressor().decompress(body, max_output_size=size)
        if len(body) != size or codec not in (_RAW, _ZSTD):
            raise ValueError("impossible body")
        return Content(Kind(kind), name, body)
    except (ValueError, struct.error, zstandard.ZstdError) as error:
        raise DamagedError(f"the sealed content makes no sense: {error}") from error


def _pack(kind: Kind, codec: int, name: str, size: int, body: bytes) -> bytes:
    called = _name(name)
    head = _HEAD.pack(kind, codec, len(called), size) + called
    record = head + _BODY.pack(len(body)) + body
    return record + bytes(-len(record) % _WORD)


def _name(name: str) -> bytes:
    """At most 255 bytes of UTF-8 of a plain name, cut at a character."""
    return plain_name(name).encode()[:_MAX_NAME].decode("utf-8", "ignore").encode()
