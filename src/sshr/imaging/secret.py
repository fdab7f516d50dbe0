"""The secret as it is meant to be seen: in sRGB, and without transparent parts."""

import os
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from sshr.errors import ImageError, UsageError
from sshr.imaging.reading import AnyPicture, Picture, as_picture, read_image

AlphaChoice = Literal["composite", "refuse"]
WHITE = 255
_ROWS = 256


def read_secret(path: str | os.PathLike[str], alpha: AlphaChoice = "composite") -> Picture:
    """Read a picture, convert it from its colour profile to sRGB and make it opaque.

    Raises:
        ImageError: see `read_image` and `opaque`.
        UsageError: see `opaque`.
    """
    return opaque(read_image(path, srgb=True), alpha)


def as_secret(
    image: AnyPicture,
    alpha: AlphaChoice = "composite",
) -> Picture:
    """The secret that a caller of the Python API means; see `as_picture`.

    A file's or a PIL image's colours are converted from its profile to sRGB; an array or a Picture
    keeps its own.
    """
    return opaque(as_picture(image, "secret", srgb=True), alpha)


def opaque(picture: Picture, alpha: AlphaChoice = "composite") -> Picture:
    """A picture without transparent parts.

    Args:
        alpha: `composite` lays them on white, `refuse` raises.

    Raises:
        ImageError: some pixel is transparent, and that is to be refused.
        UsageError: another word.
    """
    if alpha not in get_args(AlphaChoice):
        raise UsageError(f"unknown alpha choice '{alpha}': use composite or refuse")
    if picture.alpha is None:
        return picture
    if alpha == "refuse":
        raise ImageError(
            f"{picture.name}: has transparent pixels (refused by --alpha refuse). "
            "Flatten it onto a background first."
        )
    notes = (*picture.notes, "its transparent parts were laid on white")
    return replace(picture, rgb=_on_white(picture.rgb, picture.alpha), alpha=None, notes=notes)


def _on_white(rgb: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Rounded (rgb alpha + 255 (255 - alpha)) / 255, some rows at a time."""
    laid = np.empty_like(rgb)
    for top in range(0, len(rgb), _ROWS):
        rows = slice(top, top + _ROWS)
        cover = alpha[rows, :, None].astype(np.uint16)
        laid[rows] = (rgb[rows] * cover + WHITE * (255 - cover) + 127) // 255
    return laid
