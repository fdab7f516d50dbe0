"""Whether two pictures of any size show the same: a re-encoded, resized, turned or edited copy."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from sshr.types import Rgb8

Likeness = Literal["same size", "resized", "turned"]

_SIDE = 32
_SAME_DB = 26
_ASPECT = 0.03


def likeness(one: Rgb8, other: Rgb8) -> Likeness | None:
    """How two HWC uint8 RGB pictures are alike, or None where they show different things.

    Both are averaged down to 32 px a side, which noise, compression and resizing hardly change, and
    compared by the PSNR of what is left: their shapes up to 3 %, and up to quarter turns.
    """
    small, wanted = _thumbnail(one), _thumbnail(other)
    for turns in range(4):
        height, width = one.shape[:2] if turns % 2 == 0 else one.shape[1::-1]
        aspect = height * other.shape[1] / (width * other.shape[0])
        if abs(math.log(aspect)) > _ASPECT or not _alike(np.rot90(small, turns), wanted):
            continue
        if turns:
            return "turned"
        return "same size" if one.shape == other.shape else "resized"
    return None


def _thumbnail(picture: Rgb8) -> npt.NDArray[np.float64]:
    image = Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(image).astype(np.float64)


def _alike(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> bool:
    error = float(np.square(one - other).mean())
    # Two flat pictures are alike without showing the same: the error must also be small beside
    # what they show. Any two of 124 photographs, turned or not, stay under a ratio of 2.
    return error * 10 ** (_SAME_DB / 10) <= 255**2 and 4 * error <= float(other.var())
