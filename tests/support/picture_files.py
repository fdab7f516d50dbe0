"""Files made in memory: encoded pictures, PNG chunks, 16-bit PNG, colour profiles."""

import functools
import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms


def encoded(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def chunks_of(png: bytes) -> list[tuple[bytes, bytes]]:
    """Names and contents in order; the file must consist of chunks to its last byte."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = [], 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert png[at : at + 12 + length] == chunk(kind, content)
        found.append((kind, content))
        at += 12 + length
    return found


def png_16(samples: NDArray[np.uint16], *extra: bytes) -> bytes:
    """A PNG of (H, W, channels) 16-bit samples with further chunks before the pixels."""
    height, width, channels = samples.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0))
    body = header + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND")
    return b"\x89PNG\r\n\x1a\n" + body


@functools.cache
def srgb_profile() -> bytes:
    """One for the whole run: a profile holds the time at which it was made."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def foreign_profile() -> bytes:
    """An RGB profile under another name whose red and green primaries are exchanged."""
    profile = srgb_profile().replace("sRGB".encode("utf-16-be"), b"\0S\0w\0a\0p")
    return (
        profile.replace(b"sRGB", b"swap")
        .replace(b"rXYZ", b"????")
        .replace(b"gXYZ", b"rXYZ")
        .replace(b"????", b"gXYZ")
    )


def grey_profile() -> bytes:
    """A grey profile of gamma 1, which makes sRGB's middle grey much lighter (ICC.1:2010)."""
    white = b"XYZ \0\0\0\0" + struct.pack(">iii", 0xF6D6, 0x10000, 0xD32D)
    text = b"desc\0\0\0\0" + struct.pack(">I", 7) + b"linear\0" + bytes(78)
    curve = b"curv\0\0\0\0" + struct.pack(">I", 0)
    parts = [(b"desc", text), (b"wtpt", white), (b"kTRC", curve)]
    at, table, body = 128 + 4 + 12 * len(parts), struct.pack(">I", len(parts)), b""
    for name, data in parts:
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    header = struct.pack(
        ">I4sI4s4s4s", at + len(body), b"lcms", 0x02100000, *(b"mntr", b"GRAY", b"XYZ ")
    )
    header += bytes(12) + b"acsp" + bytes(28) + white[8:] + bytes(48)
    return header + table + body
