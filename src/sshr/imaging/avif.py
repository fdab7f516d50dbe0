"""AVIF without its container, which is made anew around what it holds.

What is kept is two bytes of configuration and one coded item, in which the picture's size stands
once more; the container (ISO/IEC 23008-12) says nothing that is not known. So a decoder never sees
a foreign one, with its grids, tracks and profiles.
"""

import struct
from collections.abc import Iterator

_CONFIG = 2
_SEQUENCE, _DELIMITER, _FRAME = 1, 2, 6


def bare_avif(data: bytes) -> bytes:
    """Configuration and item of a file that Pillow has written."""
    config = data.index(b"av1C") + 4
    item = data.index(b"mdat") + 4
    return data[config + 1 : config + 1 + _CONFIG] + data[item:]


def avif_file(bare: bytes, height: int, width: int) -> bytes:
    """A file of this size around `bare_avif`'s bytes.

    Raises:
        ValueError: they are anything but one frame of this size.
    """
    config, item = bare[:_CONFIG], bare[_CONFIG:]
    if len(config) < _CONFIG or _frame_sizes(item) != [(height, width)]:
        raise ValueError(f"not an AVIF of {width}x{height} px")
    kind = _box(b"ftyp", b"avif" + bytes(4) + b"avifmif1miafMA1B")
    properties = _box(
        b"ipco",
        _box(b"ispe", bytes(4) + struct.pack(">II", width, height)),
        _box(b"pixi", bytes(4) + bytes([3, 8, 8, 8])),
        _box(b"av1C", b"\x81" + config + b"\0"),
        _box(b"colr", b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)),
    )
    used = _box(b"ipma", bytes(4) + struct.pack(">IHB", 1, 1, 4) + bytes([1, 2, 0x83, 4]))
    entry = _box(b"infe", b"\x02" + bytes(3) + struct.pack(">HH4s", 1, 0, b"av01") + b"\0")

    def meta(offset: int) -> bytes:
        place = struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, offset, len(item))
        return _box(
            b"meta",
            bytes(4),
            _box(b"hdlr", bytes(8) + b"pict" + bytes(13)),
            _box(b"pitm", bytes(4) + struct.pack(">H", 1)),
            _box(b"iloc", bytes(4) + place),
            _box(b"iinf", bytes(4) + struct.pack(">H", 1), entry),
            _box(b"iprp", properties, used),
        )

    start = len(kind) + len(meta(0)) + 8
    return kind + meta(start) + _box(b"mdat", item)


def _box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def _frame_sizes(item: bytes) -> list[tuple[int, int]]:
    """Height and width of each frame of an AV1 stream (section 5.5 of its specification).

    Raises:
        ValueError: it holds anything but still pictures, each after its header.
    """
    sizes: list[tuple[int, int]] = []
    announced = None
    for kind, content in _units(item):
        if kind == _SEQUENCE:
            announced = _announced(content)
        elif kind == _FRAME and announced is not None:
            sizes.append(announced)
        elif kind != _DELIMITER:
            raise ValueError(f"an AV1 unit of kind {kind}")
    return sizes


def _units(item: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(item):
        head, at = item[at], at + 1
        if head & 0x85 or not head & 2:  # reserved bits, an extension, no length
            raise ValueError("an unusual AV1 unit")
        length = shift = 0
        while True:
            if at >= len(item) or shift > 28:
                raise ValueError("a cut AV1 unit")
            byte, at = item[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if at + length > len(item):
            raise ValueError("a cut AV1 unit")
        yield head >> 3, item[at : at + length]
        at += length


def _announced(header: bytes) -> tuple[int, int]:
    """Height and width in the sequence header of a still picture."""
    bits = f"{int.from_bytes(header[:16].ljust(16, bytes(1)), 'big'):0128b}"
    if bits[3:5] != "11":
        raise ValueError("not a still picture")
    wide, high = int(bits[10:14], 2) + 1, int(bits[14:18], 2) + 1
    width = int(bits[18 : 18 + wide], 2) + 1
    return int(bits[18 + wide : 18 + wide + high], 2) + 1, width
