"""Which pictures of a folder make which pairs, and in what size: one protocol for each data set.

| protocol | pictures | size |
|---|---|---|
| kodak | the folder's | central 256 px; stands in for DIV2K |
| div2k | DIV2K_valid_HR, 0801 to 0900, or the folder's | central 256 px |
| coco | val2017, or the folder's | resized to 256x256, aspect ignored |
| imagenet | a seeded 10,000 of val or of the folder | resized to 256x256, aspect ignored |
| unistega | test, or all below the folder | resized to 256x256, aspect ignored |
| folder | the folder's | the reference's own, cut to multiples of 16; the secret covers it |

Sorted by path, secret i goes with reference i + 1, the last with the first, unless a file of pairs
says otherwise.
"""

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from sshr.errors import ImageError, UsageError
from sshr.evaluation.methods.method import Prompts
from sshr.evaluation.pair_lists import read_pairs
from sshr.files.names import shown
from sshr.files.pictures import list_pictures
from sshr.imaging.fitting import fit_to
from sshr.imaging.reading import read_image
from sshr.imaging.tiles import tiled_area
from sshr.types import Rgb8

Prepare = Callable[[Rgb8, Rgb8], tuple[Rgb8, Rgb8]]

SIDE = 256
_IMAGENET_PICTURES = 10_000
_SEED = 2025


@dataclass(frozen=True)
class TestPair:
    """A secret and a reference by their paths, and by the names that results call them.

    Attributes:
        prompts: for methods that are told by words what to make.
    """

    secret: Path
    reference: Path
    name: str
    prompts: Prompts | None = None


@dataclass(frozen=True)
class Protocol:
    """How a data set is used.

    Attributes:
        stands_for: the column of the paper's tables that its results belong in, if any.
        data: what the data set is called there when the real one is given.
        inner: folders to look in first.
        deep: whether pictures in folders below count.
        prepare: a secret and a reference as read, to pictures of one size, multiples of 16.
    """

    name: str
    stands_for: str | None
    inner: tuple[str, ...]
    deep: bool
    prepare: Prepare
    describe: str


def _cropped(secret: Rgb8, reference: Rgb8) -> tuple[Rgb8, Rgb8]:
    for picture in (secret, reference):
        if min(picture.shape[:2]) < SIDE:
            height, width = picture.shape[:2]
            raise UsageError(f"{width}x{height} px is smaller than the protocol's {SIDE} px")
    return centre_crop(secret, SIDE), centre_crop(reference, SIDE)


def _resized(secret: Rgb8, reference: Rgb8) -> tuple[Rgb8, Rgb8]:
    return _to_square(secret), _to_square(reference)


def _to_square(picture: Rgb8) -> Rgb8:
    if picture.shape[:2] == (SIDE, SIDE):
        return picture
    return np.array(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def _whole(secret: Rgb8, reference: Rgb8) -> tuple[Rgb8, Rgb8]:
    height, width = tiled_area(*reference.shape[:2])
    carrier = np.ascontiguousarray(reference[:height, :width])
    return fit_to(secret, (height, width), "cover"), carrier


_CROP = f"central {SIDE} px"
_RESIZE = f"resized to {SIDE}x{SIDE} px"

PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("kodak", "DIV2K", (), False, _cropped, _CROP),
        Protocol("div2k", "DIV2K", ("DIV2K_valid_HR", "valid_HR"), False, _cropped, _CROP),
        Protocol("coco", "COCO", ("val2017", "images/val2017"), False, _resized, _RESIZE),
        Protocol(
            *("imagenet", "ImageNet", ("val", "ILSVRC/Data/CLS-LOC/val"), True, _resized, _RESIZE),
        ),
        Protocol("unistega", "UniStega", ("test", "UniStega/test"), True, _resized, _RESIZE),
        Protocol("folder", None, (), False, _whole, "whole pictures"),
    )
}


def find_pairs(protocol: Protocol, data: Path, listed: Path | None = None) -> list[TestPair]:
    """The protocol's pairs of a folder, or those of a list.

    Args:
        listed: see `read_pairs`; names are relative to `data`.

    Raises:
        UsageError: no such folder or list, or fewer than two pictures.
    """
    if not data.is_dir():
        raise UsageError(f"{shown(data)}: is not a folder that can be listed.")
    if listed is not None:
        rows = read_pairs(listed)
        return [_pair(data, data / s, data / r, prompts) for s, r, prompts in rows]
    folder = next((data / name for name in protocol.inner if (data / name).is_dir()), data)
    most = _IMAGENET_PICTURES if protocol.name == "imagenet" else None
    return [_pair(folder, s, r) for s, r in fixed_pairs(folder, protocol.deep, most)]


def _pair(folder: Path, secret: Path, reference: Path, prompts: Prompts | None = None) -> TestPair:
    names = [path.relative_to(folder).as_posix() for path in (secret, reference)]
    return TestPair(secret, reference, " | ".join(names), prompts)


def fixed_pairs(
    folder: str | os.PathLike[str], deep: bool = False, most: int | None = None
) -> list[tuple[Path, Path]]:
    """The (secret, reference) paths of a test set, the same ones for every method.

    Sorted by file name, secret i goes with reference (i + 1) mod N. Hidden files, folders and
    files without the suffix of an image are passed over.

    Args:
        deep: those in folders below count as well.
        most: of more images so many are drawn, always the same.

    Raises:
        UsageError: the folder cannot be listed, or holds fewer than two images.
    """
    images = list(list_pictures(folder, recursive=deep).pictures)
    if len(images) < 2:
        raise UsageError(f"{shown(folder)}: holds {len(images)} images; pairs need at least two.")
    if most is not None and len(images) > most:
        images = sorted(random.Random(_SEED).sample(images, most))
    return list(zip(images, images[1:] + images[:1], strict=True))


def centre_crop(rgb: Rgb8, size: int) -> Rgb8:
    """The central square of an HWC uint8 picture, `size` px a side, C-contiguous.

    Of an odd remainder the smaller half is cut off above and on the left.

    Raises:
        UsageError: the picture is smaller than that.
    """
    height, width = rgb.shape[:2]
    if not 1 <= size <= min(height, width):
        raise UsageError(f"Cannot crop {size}x{size} px out of {width}x{height} px.")
    top, left = (height - size) // 2, (width - size) // 2
    return np.ascontiguousarray(rgb[top : top + size, left : left + size])


def read_pair(protocol: Protocol, pair: TestPair) -> tuple[Rgb8, Rgb8]:
    """Both pictures, as the protocol wants them: (H, W, 3) uint8 RGB of one size.

    Raises:
        ImageError: one is missing, unreadable or too small; the message names it.
    """
    pictures: Sequence[Rgb8] = [read_image(path).rgb for path in (pair.secret, pair.reference)]
    try:
        return protocol.prepare(*pictures)
    except UsageError as error:
        raise ImageError(f"{shown(pair.name)}: {error}") from None
