"""JPEG XL by Pillow's plugin, within what a picture of a known size may be."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.files.jxl import MOST_FRAMES, is_plain_jxl
from sshr.transports.sealed.pillow_codecs import load, save


def save_jxl(picture: NDArray[np.uint8], **options: Any) -> bytes:
    """The bare codestream of (H, W, 3) RGB or (H, W) grey, uint8."""
    register()
    return save(picture, "JXL", **options)


def load_jxl(
    data: bytes, height: int, width: int, channels: int, frames: int = MOST_FRAMES
) -> NDArray[np.uint8]:
    """Inverse of `save_jxl`.

    Args:
        frames: at most.

    Raises:
        ValueError: not a plain picture of this size.
    """
    if not is_plain_jxl(data, height, width, channels, frames):
        raise ValueError("another JPEG XL")
    register()
    return load(data, "JXL")


def register() -> None:
    """JPEG XL comes to Pillow by an import."""
    import pillow_jxl  # noqa: F401
