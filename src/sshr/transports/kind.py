"""What a secret can be, and the files that lose nothing of a stego: words for all transports."""

from enum import IntEnum

LOSSLESS_SUFFIXES = frozenset({".png", ".webp", ".tif", ".tiff", ".bmp"})
"""Of the files that are written without loss (`sshr.imaging.writing`)."""


class Kind(IntEnum):
    """What a secret is; part of the format."""

    PICTURE = 0
    FILE = 1
    TEXT = 2
