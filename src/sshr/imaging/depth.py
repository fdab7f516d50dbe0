"""Samples of more than 8 bits: recognised before they are decoded, and brought to 8 bits."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from sshr.errors import ImageError

Samples = npt.NDArray[np.generic]


def is_deep(image: Image.Image) -> bool:
    """Whether an opened, not yet loaded image has more than 8 bits per sample.

    Pillow cuts such colour samples down without a word: to their high byte, in PPM by rounding.
    """
    deep = image.mode in {"I", "F"} or image.mode.startswith("I;16")
    for tile in getattr(image, "tile", ()):
        args = tile[3] if isinstance(tile[3], tuple) else (tile[3],)
        for arg in args:
            if isinstance(arg, str):  # a raw mode; BGR;16 is 5-6-5 bits
                deep |= arg.endswith((";16", ";16B", ";16L", ";16N")) and arg[:3] != "BGR"
            elif image.format == "PPM" and isinstance(arg, int):  # the largest sample value
                deep |= tile[0].startswith("ppm") and arg > 255
    depth = image.info.get("bit_depth", 8)  # where the HEIF plugin tells it
    return deep or (isinstance(depth, int) and depth > 8)


def to_8_bits(image: Image.Image, name: str) -> Image.Image:
    """A loaded image with 8 bits per sample; one that has them already is returned as it is.

    Grey integers of 16 bits keep their high byte, as Pillow does with colour; floating point from
    0 to 1 becomes 0 to 255.

    Raises:
        ImageError: 32-bit samples outside 0 to 65535, or floating point outside 0 to 1: nobody
            can tell which of them is meant to be white.
    """
    if image.mode.startswith("I;16"):
        return _grey(np.asarray(image) >> 8)
    if image.mode == "I":
        return _grey(_within(np.asarray(image), 65535, name) >> 8)
    if image.mode == "F":
        return _grey(np.rint(_within(np.asarray(image), 1, name) * 255))
    return image


def _within(samples: Samples, white: int, name: str) -> npt.NDArray[np.int32]:
    low, high = samples.min(), samples.max()
    if low != low:
        raise ImageError(f"{name}: some of its 32-bit samples are not numbers (NaN).")
    if not (low >= 0 and high <= white):
        raise ImageError(
            f"{name}: its 32-bit samples run from {low:.6g} to {high:.6g}, where 0 to {white} is "
            "understood. Save it with 8 or 16 bits per channel."
        )
    scaled: npt.NDArray[np.int32] = samples  # type: ignore[assignment]
    return scaled


def _grey(samples: Samples) -> Image.Image:
    return Image.fromarray(samples.astype(np.uint8))


def as_levels(picture: Samples) -> npt.NDArray[np.uint8]:
    """Samples in levels of 0..255, rounded to the nearest one and clipped."""
    if picture.dtype == np.uint8:
        return np.ascontiguousarray(picture, np.uint8)
    return np.rint(np.asarray(picture, np.float64)).clip(0, 255).astype(np.uint8)
