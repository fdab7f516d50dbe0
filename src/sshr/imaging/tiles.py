"""The carrier of a picture and its tiles (integers only, so that both sides agree)."""

from dataclasses import dataclass

from sshr.errors import TooSmallError
from sshr.imaging.limits import MIN_SIDE

TILE_MULTIPLE = 16
"""Every tile side is a multiple of this, which the wavelet transforms need."""

MAX_SIDE = 320
"""Longest tile side: what bounds the memory of the network."""


@dataclass(frozen=True)
class Tile:
    """One tile, in pixels of the whole picture; index counts row by row from 0.

    `below` and `right` are the rows and columns of the picture's rim next to it.
    """

    index: int
    top: int
    left: int
    height: int
    width: int
    below: int = 0
    right: int = 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, for indexing an array HW or HWC."""
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )

    @property
    def with_rim(self) -> tuple[slice, slice]:
        """The same with the rim, so that the tiles cover the picture."""
        return (
            slice(self.top, self.top + self.height + self.below),
            slice(self.left, self.left + self.width + self.right),
        )


def tiled_area(height: int, width: int) -> tuple[int, int]:
    """Height and width of the carrier: the largest area whose sides are multiples of 16.

    It starts at the top left pixel. The rim, at most 15 px at the bottom and on the right,
    carries nothing of the secret.

    Raises:
        TooSmallError: a side is under 64 px.
    """
    if min(height, width) < MIN_SIDE:
        raise TooSmallError(
            f"A picture of {width}x{height} px cannot carry another: each side must have at "
            f"least {MIN_SIDE} px."
        )
    return height - height % TILE_MULTIPLE, width - width % TILE_MULTIPLE


def tile_grid(height: int, width: int) -> list[Tile]:
    """Split the carrier of a picture evenly into as few tiles as fit, row by row.

    Each side of a tile has 64 to 320 px and is a multiple of 16; along an axis tiles differ by
    at most 16 px, the longer ones first.

    Raises:
        TooSmallError: a side is under 64 px.
    """
    carrier_height, carrier_width = tiled_area(height, width)
    rows, columns = _split(carrier_height), _split(carrier_width)
    places = [(top, left, h, w) for top, h in rows for left, w in columns]
    below, right = height - carrier_height, width - carrier_width
    return [
        Tile(
            index,
            top,
            left,
            h,
            w,
            below if top + h == carrier_height else 0,
            right if left + w == carrier_width else 0,
        )
        for index, (top, left, h, w) in enumerate(places)
    ]


def _split(length: int) -> list[tuple[int, int]]:
    """(start, length) of each part of one axis; length is a multiple of STEP."""
    units = length // TILE_MULTIPLE
    count = -(-units // (MAX_SIDE // TILE_MULTIPLE))
    short, longer = divmod(units, count)
    sizes = [(short + (i < longer)) * TILE_MULTIPLE for i in range(count)]
    starts = [sum(sizes[:i]) for i in range(count)]
    return list(zip(starts, sizes, strict=True))
