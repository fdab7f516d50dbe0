"""From Pillow's pixel modes to RGB, wherever nothing of the picture is lost."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from sshr.errors import ImageError

GREY_MODES = frozenset({"1", "L", "LA"})
COLOUR_MODES = frozenset({"RGB", "RGBA", "P", "PA"})


def check_depth(image: Image.Image, name: str) -> None:
    """Refuse an opened, not yet loaded image with more than 8 bits per sample.

    Pillow would cut such colour samples down to 8 bits without a word.

    Raises:
        ImageError: the file has 16 or 32 bits per sample.
    """
    deep = image.mode in {"I", "F"} or image.mode.startswith("I;16")
    for tile in getattr(image, "tile", ()):
        args = tile[3] if isinstance(tile[3], tuple) else (tile[3],)
        for arg in args:
            if isinstance(arg, str):  # a raw mode; BGR;16 is 5-6-5 bits
                deep |= arg.endswith((";16", ";16B", ";16L", ";16N")) and arg[:3] != "BGR"
            elif image.format == "PPM" and isinstance(arg, int):  # the largest sample value
                deep |= tile[0].startswith("ppm") and arg > 255
    if deep:
        raise ImageError(
            f"{name}: has more than 8 bits per sample, which is not supported yet. "
            "Save it with 8 bits per channel."
        )


def to_rgb(image: Image.Image, name: str) -> tuple[npt.NDArray[np.uint8], bool, tuple[str, ...]]:
    """The samples of a loaded image.

    Returns:
        The picture as HWC uint8 RGB, C-contiguous and owned by the caller; whether it is
        greyscale; and a note on each thing that the file had and the array has not.

    Raises:
        ImageError: some pixel is transparent, or the mode (CMYK, LAB, ...) is not supported.
    """
    mode = image.mode
    if mode not in GREY_MODES | COLOUR_MODES:
        raise ImageError(
            f"{name}: is stored as {mode}, which is not supported. Convert it to RGB first."
        )
    notes = []
    if mode == "1":
        notes.append("black-and-white pixels became 8-bit grey")
    if mode in {"P", "PA"}:
        notes.append("its palette was expanded to RGB")
    if image.has_transparency_data:
        # Covers alpha channels, palettes with alpha, and a single colour named as transparent.
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            raise ImageError(
                f"{name}: has transparent pixels, which cannot be kept. "
                "Flatten it onto a background first."
            )
        notes.append("its alpha channel is opaque everywhere and was dropped")
    return np.array(image.convert("RGB")), mode in GREY_MODES, tuple(notes)
