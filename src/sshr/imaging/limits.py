"""The sizes of picture that are worked on."""

from sshr.errors import ImageError

MIN_SIDE = 64
"""Shortest side in pixels."""

MAX_PIXELS = 150_000_000
"""Most pixels in a picture: 450 MB as RGB. Below Pillow's own refusal at 178,956,970."""

MAX_FILE_BYTES = 1 << 30
"""Longest file that is read into memory: 1 GiB."""

MAX_SECRET_BYTES = 1 << 28
"""Longest file or text that is concealed, and that a reader lets a stego unpack: 256 MiB."""


def check_size(height: int, width: int, name: str) -> None:
    """Refuse a picture of this size in pixels.

    Raises:
        ImageError: a side is shorter than MIN_SIDE, or there are more than MAX_PIXELS pixels.
    """
    if min(height, width) < MIN_SIDE:
        raise ImageError(
            f"{name}: is {width}x{height} px; each side must have at least {MIN_SIDE} px."
        )
    if height * width > MAX_PIXELS:
        raise ImageError(
            f"{name}: is {width}x{height} px; at most {MAX_PIXELS // 10**6} megapixels are "
            "supported. Scale it down first."
        )
