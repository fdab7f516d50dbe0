"""A greyscale picture as a colour picture of a third of its pixels, and back, sample by sample.

Network and header work on RGB. Rather than a second network for one channel, the samples of a
greyscale picture are dealt out to R, G and B: every block of 2 rows and 3 columns is cut into two
L-shaped triples of neighbours, which become two pixels side by side.

    R G r            rows 0 and 1, columns 0 to 2: pixel RGB on the left, rgb on the right
    B b g

Neighbours are alike, so the result looks like a photograph of little colour, squeezed to half the
height and two thirds of the width. Nothing is averaged: whoever undoes it has the same samples.
"""

import numpy as np
import numpy.typing as npt

from sshr.types import Rgb8

Grey8 = npt.NDArray[np.uint8]

ROWS, COLUMNS = 2, 3
_LEFT, _RIGHT = ((0, 0), (0, 1), (1, 0)), ((0, 2), (1, 2), (1, 1))


_BACK = 4


def with_rim(stego: Grey8, reference: Grey8) -> Grey8:
    """A stego in which the odd row and up to two columns that packing leaves out change like the
    samples 4 rows above and 4 columns to the left: an unchanged rim would show.

    Args:
        stego, reference: HW uint8 of one size.
    """
    height, width = unpacked_size(*packed_size(*stego.shape))
    found = stego.astype(np.int16)
    shared = reference.astype(np.int16)
    for column in range(width, stego.shape[1]):
        change = found[:, column - _BACK] - shared[:, column - _BACK]
        found[:, column] = shared[:, column] + change
    for row in range(height, stego.shape[0]):
        found[row] = shared[row] + found[row - _BACK] - shared[row - _BACK]
    return found.clip(0, 255).astype(np.uint8)


def is_grey(rgb: Rgb8) -> bool:
    """Whether the three channels of HWC uint8 RGB are equal everywhere."""
    red, green, blue = rgb[:, :, 0], rgb[:, :, 1], rgb[:, :, 2]
    return bool(np.array_equal(red, green) and np.array_equal(green, blue))


def packed_size(height: int, width: int) -> tuple[int, int]:
    """Height and width of what `pack` makes of a picture of this size."""
    return height // ROWS, 2 * (width // COLUMNS)


def unpacked_size(height: int, width: int) -> tuple[int, int]:
    """Height and width of the samples in a packed picture of this size.

    Raises:
        ValueError: an odd width.
    """
    if width % 2:
        raise ValueError(f"a packed picture is not {width} px wide")
    return height * ROWS, width // 2 * COLUMNS


def pack(grey: Grey8) -> Rgb8:
    """HW uint8 grey -> HWC uint8 RGB of `packed_size`; an odd row, up to two columns are left."""
    height, width = packed_size(*grey.shape)
    packed = np.empty((height, width, 3), np.uint8)
    for side, triple in enumerate((_LEFT, _RIGHT)):
        for channel, (row, column) in enumerate(triple):
            packed[:, side::2, channel] = _phase(grey, row, column, height, width)
    return packed


def unpack(packed: Rgb8, onto: Grey8 | None = None) -> Grey8:
    """Inverse of `pack`.

    Args:
        onto: HW uint8, the picture that was packed: gives the row and columns that were left.

    Returns:
        HW uint8, of the size of `onto`, else of `unpacked_size`.
    """
    height, width = packed.shape[:2]
    grey = np.empty(unpacked_size(height, width), np.uint8) if onto is None else onto.copy()
    for side, triple in enumerate((_LEFT, _RIGHT)):
        for channel, (row, column) in enumerate(triple):
            _phase(grey, row, column, height, width)[:] = packed[:, side::2, channel]
    return grey


def _phase(grey: Grey8, row: int, column: int, height: int, width: int) -> Grey8:
    """A view of one sample of every block."""
    blocks = grey[: height * ROWS, : width // 2 * COLUMNS]
    return blocks[row::ROWS, column::COLUMNS]
