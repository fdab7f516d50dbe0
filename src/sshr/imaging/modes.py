"""From Pillow's pixel modes to RGB, grey and alpha, with a note on every conversion."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from sshr.imaging.colour import is_srgb, profile_name, to_srgb
from sshr.imaging.depth import to_8_bits

GREY_MODES = frozenset({"1", "L"})
PLAIN_MODES = frozenset({"1", "L", "LA", "RGB", "RGBA", "RGBX", "P", "PA"})
"""Modes whose RGB samples follow from integers alone, so that every version of Pillow agrees."""


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples of a loaded image.

    Attributes:
        rgb: HWC uint8 RGB, C-contiguous and owned by the caller.
        greyscale: the image has one colour channel; those of `rgb` are equal.
        alpha: HW uint8, 255 is opaque; None where all of it is.
        notes: on each thing that the image had and the arrays have not, or have otherwise.
    """

    rgb: npt.NDArray[np.uint8]
    greyscale: bool
    alpha: npt.NDArray[np.uint8] | None
    notes: tuple[str, ...]


def to_rgb(image: Image.Image, name: str, *, deep: bool = False, srgb: bool = False) -> Samples:
    """The samples of a loaded image of any mode.

    Args:
        deep: the file has more than 8 bits per sample (see `is_deep`), which may be cut already.
        srgb: convert from the image's colour profile to sRGB; else the samples are used as stored.

    Raises:
        ImageError: see `to_8_bits`.
    """
    notes = []
    profile = image.info.get("icc_profile") or b""
    if deep:
        notes.append("its samples were cut down to 8 bits")
        # Its named transparent colour has more bits than what is left of the samples.
        if image.info.pop("transparency", None) is not None:
            notes.append("the colour that it names as transparent was ignored")
        image = to_8_bits(image, name)
        if image.mode == "RGBA" and not _has_colour(image):
            image = image.convert("LA")  # Pillow reads 16-bit grey with alpha as colour
    if image.mode == "1":
        notes.append("black-and-white pixels became 8-bit grey")
    elif image.mode in {"P", "PA"}:
        notes.append("its palette was expanded to RGB")
    elif image.mode not in PLAIN_MODES:
        notes.append(f"it was converted from {image.mode} to RGB")
    opaque, alpha, alpha_notes = _split(image)
    notes += alpha_notes
    greyscale = opaque.mode in GREY_MODES
    if profile and not is_srgb(profile):
        if srgb:
            opaque, note = to_srgb(opaque, profile)
        else:
            note = f"its colour profile ({profile_name(profile)}) is not applied to its samples"
        notes.append(note)
    rgb = np.array(opaque.convert("RGB"))
    if greyscale:
        rgb[:, :, 0] = rgb[:, :, 2] = rgb[:, :, 1]  # conversion of a profile may tint by a level
    return Samples(rgb, greyscale, alpha, tuple(notes))


def _split(
    image: Image.Image,
) -> tuple[Image.Image, npt.NDArray[np.uint8] | None, tuple[str, ...]]:
    """Colour or grey without alpha; alpha unless it is opaque everywhere; notes."""
    if image.mode in {"P", "PA"}:
        plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
        colour = plain.convert("RGB")
    elif image.mode in {"LA", "La"}:
        plain = image.convert("LA")
        colour = plain.getchannel("L")
    elif image.has_transparency_data:
        # Covers alpha channels and a single colour or level named as transparent.
        plain = image.convert("RGBA")
        colour = image if image.mode in GREY_MODES else plain.convert("RGB")
    else:
        return image, None, ()
    if "A" not in plain.getbands():
        return colour, None, ()
    alpha = np.array(plain.getchannel("A"))
    if alpha.min() == 255:
        return colour, None, ("its alpha channel is opaque everywhere and was dropped",)
    return colour, alpha, ()


def _has_colour(image: Image.Image) -> bool:
    red, green, blue = (np.asarray(image.getchannel(band)) for band in "RGB")
    return not (np.array_equal(red, green) and np.array_equal(red, blue))


def as_rgb(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """HW grey or HWC RGB uint8 -> HWC RGB."""
    return image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
