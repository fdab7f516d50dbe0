"""Orthonormal opponent planes of 16 bits by JPEG 2000, a code stream each."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sshr.transports.sealed.decoders import LENGTH, MIDDLE, STEPS
from sshr.transports.sealed.jpeg2000 import bare_plane
from sshr.transports.sealed.opponent import to_opponent
from sshr.transports.sealed.pillow_codecs import save

_BYTES, _HEADERS = 2, 128
"""Of a sample, and of headers, which are not sent; the encoder's ratio counts both."""


def code_planes(picture: NDArray[np.uint8], quality: float) -> list[bytes]:
    """Each plane with a PSNR of `quality` dB, of 16 bits.

    Args:
        picture: (H, W, 3) RGB or (H, W) grey, 32 px a side or more.

    Raises:
        RuntimeError: this build of Pillow writes other headers.
    """
    return [_bare(plane, "dB", quality) for plane in _planes(picture)]


def fit_planes(picture: NDArray[np.uint8], sizes: Sequence[float]) -> list[bytes]:
    """Each plane with about so many bytes; otherwise as `code_planes`."""
    planes = zip(_planes(picture), sizes, strict=True)
    return [
        _bare(plane, "rates", _BYTES * plane.size / (size + _HEADERS)) for plane, size in planes
    ]


def join_planes(codes: Sequence[bytes]) -> bytes:
    """What `decode` takes."""
    return b"".join(LENGTH.pack(len(code)) + code for code in codes)


def _planes(picture: NDArray[np.uint8]) -> Iterator[NDArray[np.uint16]]:
    values = picture.reshape(*picture.shape[:2], -1).astype(np.float32) - np.float32(128)
    planes = np.rint(to_opponent(values) * STEPS + MIDDLE).astype(np.uint16)
    return (np.ascontiguousarray(plane) for plane in np.moveaxis(planes, -1, 0))


def _bare(plane: NDArray[np.uint16], mode: str, layer: float) -> bytes:
    options = {"quality_mode": mode, "quality_layers": [layer]}
    code = save(plane, "JPEG2000", irreversible=True, no_jp2=True, **options)
    return bare_plane(code, *plane.shape)
