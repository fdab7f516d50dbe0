"""Which secret goes with which reference when a folder of photographs is a test set."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sshr.errors import UsageError
from sshr.files.names import shown
from sshr.files.pictures import list_pictures


def fixed_pairs(folder: str | os.PathLike[str]) -> list[tuple[Path, Path]]:
    """The (secret, reference) paths of a test set, the same ones for every method.

    Sorted by file name, secret i goes with reference (i + 1) mod N. Hidden files, folders and
    files without the suffix of an image are passed over.

    Raises:
        UsageError: the folder cannot be listed, or holds fewer than two images.
    """
    images = list_pictures(folder).pictures
    if len(images) < 2:
        raise UsageError(f"{shown(folder)}: holds {len(images)} images; pairs need at least two.")
    return list(zip(images, images[1:] + images[:1], strict=True))


def centre_crop(rgb: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
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
