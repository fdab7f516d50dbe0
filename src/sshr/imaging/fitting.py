"""Bringing the secret to the reference's size, and the revealed picture back to its own.

Everything about the placement follows from the two sizes and the mode, so the reveal needs no
more than those. One function decides it: the largest centred box of a given aspect ratio inside
a given area.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from PIL import Image

from sshr.errors import UsageError
from sshr.imaging.limits import MAX_PIXELS
from sshr.imaging.tiles import TILE_MULTIPLE
from sshr.types import Rgb8

Size = tuple[int, int]
"""Height and width in pixels."""

FitMode = Literal["contain", "cover", "stretch"]
_LOBES, _BETA, _BLOCK = 24, 4.0, 64


@dataclass(frozen=True)
class Box:
    """A rectangle inside an area, in pixels."""

    top: int
    left: int
    height: int
    width: int


def inner_box(area: Size, aspect: Size) -> Box:
    """The largest box with the aspect ratio of `aspect` (height, width), centred in `area`.

    It spans the area along one axis. The other side is rounded to the nearest pixel, halves up,
    and is at least 1; of an odd remainder the smaller half lies above or on the left.
    """
    height, width = area
    if height * aspect[1] <= width * aspect[0]:
        width = _scaled(aspect[1], height, aspect[0])
    else:
        height = _scaled(aspect[0], width, aspect[1])
    return Box((area[0] - height) // 2, (area[1] - width) // 2, height, width)


def placement(secret: Size, area: Size, mode: FitMode = "contain") -> tuple[Box, Box]:
    """What of a secret is carried, and where in an area it lies; the two differ by scaling alone.

    Args:
        secret, area: height and width.
        mode: `contain` shows all of the secret, `cover` fills the area and cuts what protrudes;
            `stretch` does both and gives up the aspect ratio.

    Raises:
        UsageError: an unknown mode.
    """
    check_mode(mode)
    if mode == "contain":
        return Box(0, 0, *secret), inner_box(area, secret)
    if mode == "cover":
        return inner_box(secret, area), Box(0, 0, *area)
    return Box(0, 0, *secret), Box(0, 0, *area)


def size_left(secret: Size, area: Size, mode: FitMode = "contain") -> Size:
    """Height and width of the detail that `fit_to` leaves of a secret."""
    cut, placed = placement(secret, area, mode)
    return min(cut.height, placed.height), min(cut.width, placed.width)


def should_turn(secret: Size, area: Size, mode: FitMode = "contain") -> bool:
    """Whether a secret is to be turned by a quarter before `fit_to`.

    So it is where it is taller than wide and the area wider than tall, or the reverse, and turning
    keeps more of its pixels: for `contain` those that are left after scaling, for `cover` those
    that are not cut. `stretch` is for those who want the sides as they are.
    """

    def kept(size: Size) -> int:
        cut, _ = placement(size, area, mode)
        return math.prod(
            (cut.height, cut.width) if mode == "cover" else size_left(size, area, mode)
        )

    lies_across = (secret[0] - secret[1]) * (area[0] - area[1]) < 0
    return lies_across and mode != "stretch" and kept(secret[::-1]) > kept(secret)


def fit_to(secret: Rgb8, size: Size, mode: FitMode = "contain") -> Rgb8:
    """Bring a picture to a size; one that has this size already is returned bit by bit.

    Edge pixels continue over an area that is not used, which costs less to conceal than black bars.

    Args:
        secret: HWC uint8 RGB.
        size: height and width of the result.
        mode: see `placement`.

    Returns:
        HWC uint8 RGB of the given size.

    Raises:
        UsageError: an unknown mode, or a size without pixels.
    """
    _check(size)
    cut, placed = placement(_size_of(secret), size, mode)
    return _moved(secret, cut, placed, size)


def unfit(image: Rgb8, original: Size, mode: FitMode = "contain") -> Rgb8:
    """Undo fit_to: bring a revealed picture back to the secret's own size.

    Args:
        image: HWC uint8 RGB, of the size that was given to fit_to.
        original: height and width of the secret.
        mode: the one given to fit_to. After `cover` the cut margins are filled with the nearest
            edge pixels.

    Returns:
        HWC uint8 RGB of the original size.

    Raises:
        UsageError: an unknown mode, or an original size without pixels or beyond the limit of
            150 megapixels (the size comes out of a file that someone else has written).
    """
    _check(original)
    cut, placed = placement(original, _size_of(image), mode)
    return _moved(image, placed, cut, original)


def check_mode(mode: str) -> None:
    """Refuse what is not a FitMode.

    Raises:
        UsageError: another word.
    """
    if mode not in get_args(FitMode):
        raise UsageError(f"Unknown fit '{mode}'. Choose contain, cover or stretch.")


def _check(size: Size) -> None:
    if min(size) < 1 or size[0] * size[1] > MAX_PIXELS:
        raise UsageError(f"A picture cannot be brought to {size[1]}x{size[0]} px.")


def _moved(image: Rgb8, source: Box, target: Box, size: Size) -> Rgb8:
    """What a box of an image holds, in a box of a picture of this size, its edges continued."""
    part = image[source.top : source.top + source.height, source.left : source.left + source.width]
    part = _resize(part, (target.height, target.width))
    below, right = size[0] - target.top - target.height, size[1] - target.left - target.width
    margins = (target.top, below), (target.left, right), (0, 0)
    return np.pad(part, margins, mode="edge") if np.any(margins) else part


def _scaled(side: int, numerator: int, denominator: int) -> int:
    return max(1, (2 * side * numerator + denominator) // (2 * denominator))


def _size_of(image: Rgb8) -> Size:
    return image.shape[0], image.shape[1]


def _resize(image: Rgb8, size: Size) -> Rgb8:
    """Resample with Pillow's antialiased Lanczos filter, or where only the rim of the tiles is to
    be gained or lost, with a windowed sinc of 24 lobes, one axis after the other.

    The long filter brings such a picture back nearly whole, where the short one there and back
    costs several dB of fine detail; for larger changes it would ring.
    """
    if (
        max(abs(now - then) for now, then in zip(size, _size_of(image), strict=True))
        >= TILE_MULTIPLE
    ):
        resized = Image.fromarray(np.ascontiguousarray(image)).resize(
            (size[1], size[0]), Image.Resampling.LANCZOS
        )
        return np.array(resized)
    for axis, length in enumerate(size):
        if image.shape[axis] != length:
            image = _resample(image, axis, length)
    return np.array(image, order="C")


def _resample(image: Rgb8, axis: int, length: int) -> Rgb8:
    """One axis (0 or 1), in blocks of samples: each is a small matrix product."""
    before = image.shape[axis]
    ratio = before / length
    reach = _LOBES * max(1.0, ratio)
    margin = math.ceil(reach) + 1
    lines = np.moveaxis(image, axis, 0)
    resampled = np.empty((length, *lines.shape[1:]), np.uint8)
    for start in range(0, length, _BLOCK):
        centres = (np.arange(start, min(start + _BLOCK, length)) + 0.5) * ratio - 0.5
        places = np.arange(math.floor(centres[0]) - margin, math.ceil(centres[-1]) + margin + 1)
        offsets = (centres[:, None] - places) / reach
        weights = np.sinc(offsets * _LOBES) * np.i0(_BETA * np.sqrt(np.clip(1 - offsets**2, 0, 1)))
        weights *= np.abs(offsets) < 1
        weights /= weights.sum(axis=1, keepdims=True)
        part = lines[_mirrored(places, before)].astype(np.float32)
        levels = np.rint(np.tensordot(weights.astype(np.float32), part, axes=1))
        resampled[start : start + _BLOCK] = np.clip(levels, 0, 255, out=levels)
    return np.moveaxis(resampled, 0, axis)


def _mirrored(places: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.int64]:
    """Indices of a line that goes on as its own mirror image at both ends."""
    places = places % (2 * length)
    return np.minimum(places, 2 * length - 1 - places)
