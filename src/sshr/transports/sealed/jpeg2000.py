"""JPEG 2000 planes without their headers, which are made anew around what they hold.

Every header that the sender's encoder writes is the same but for the size, so none is sent: a
decoder never sees a foreign one, with its tiles, layers and precincts (ITU-T T.800, annex A).
"""

import struct

_SIZE = struct.Struct(">HHHIIIIIIIIHBBB")
_TILE = struct.Struct(">HHHIBB")
# One layer, five halvings, blocks of 64x64, filters 9-7.
_CODING = bytes.fromhex("ff52000c00000001000504040000")
_STEPS = bytes.fromhex("ff5c002342b720b6f0b6f0b6c0af00af00aee0a750a750a76890059005904797d397d39762")
_START, _END, _DATA, _COMMENT = b"\xff\x4f", b"\xff\xd9", b"\xff\x93", b"\xff\x64"
_SIXTEEN_BITS = 15
LEAST_SIDE = 32
"""Pixels of a plane; the encoder halves a smaller one less often, under other headers."""


def bare_plane(data: bytes, height: int, width: int) -> bytes:
    """The content of a code stream of one plane of 16 bits, as Pillow writes it.

    Raises:
        RuntimeError: this build of Pillow writes other headers.
    """
    head = _head(height, width)
    at = len(head)
    if data.startswith(_COMMENT, at):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    body = data[at + _TILE.size + len(_DATA) : -len(_END)]
    if not data.startswith(head) or data[at:] != _tile(body):
        raise RuntimeError("this build of Pillow writes another JPEG 2000")
    return body


def plane_stream(body: bytes, height: int, width: int) -> bytes:
    """The code stream of this height and width around `bare_plane`'s bytes."""
    return _head(height, width) + _tile(body)


def _head(height: int, width: int) -> bytes:
    size = _SIZE.pack(
        *(0xFF51, _SIZE.size - 2, 0, width, height, 0, 0, width, height, 0, 0),
        *(1, _SIXTEEN_BITS, 1, 1),
    )
    return _START + size + _CODING + _STEPS


def _tile(body: bytes) -> bytes:
    length = _TILE.size + len(_DATA) + len(body)
    return _TILE.pack(0xFF90, _TILE.size - 2, 0, length, 0, 1) + _DATA + body + _END
