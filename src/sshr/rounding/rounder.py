"""Rounds a whole picture, tile by tile, and once more at its end, where the header goes.

The header names a MAC over the samples above it, so its bits are known only when those are final;
the rows that hold it are then rounded again with the parities that it asks for, which the shaping
takes into account like any other rounding error.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sshr.rounding.kernels import REACH, Kernels, design
from sshr.rounding.shaping import FREE, Floats, Planes, round_shaped, with_parity
from sshr.types import Rgb8

Slices = tuple[slice, slice]

_AT_ONCE = 1 << 20
"""Samples that are rounded at once at least: more of them cost less time each, and memory."""


class Rounder:
    """One stego on its way to 8 bits.

    Args:
        exact: (H, W, 3) fp32 RGB in levels of 0..255, maybe outside.
        strength: (H, W) fp32 above 0, see `Planes`.
        tiles: rows and columns of the tiles, which are shaped one by one; what lies outside them is
            rounded to the nearest level.
        spectrum: shares of the rings and the noise's power in each; one ring means white noise,
            which is rounding to the nearest level.

    Raises:
        ValueError: a sample is not finite.
    """

    def __init__(
        self,
        exact: Floats,
        strength: Floats,
        tiles: Sequence[Slices],
        spectrum: tuple[Sequence[float], Sequence[float]],
    ) -> None:
        if not np.isfinite(exact).all():
            raise ValueError("the image holds samples that are not finite")
        self.shape = exact.shape
        self._exact, self._strength = exact, strength
        shares, powers = spectrum
        self._kernels: Kernels | None = None
        if len(shares) > 1:
            self._kernels = design(tuple(shares), tuple(powers))
        self._tiles = tiles if self._kernels is not None else []
        self._held: dict[tuple[int, int], Floats] = {}
        self._rounded: Rgb8 | None = None

    def round(self, tail: int = 0) -> Rgb8:
        """The picture, (H, W, 3). Its last `tail` samples can be rounded again, see `finish`."""
        height = self._exact.shape[0]
        top = self._first_row(tail)
        picture = np.rint(self._exact).clip(0, 255).astype(np.uint8)
        for group in self._grouped():
            planes = Planes(self._cut(self._exact, group), self._cut(self._strength, group))
            assert self._kernels is not None
            levels, errors = round_shaped(planes, self._kernels)
            for index, (rows, columns) in enumerate(group):
                part = slice(3 * index, 3 * index + 3)
                picture[rows, columns] = levels[part].transpose(1, 2, 0)
                if rows.start < top < rows.stop and top < height:
                    above = slice(max(top - REACH - rows.start, 0), top - rows.start)
                    self._held[rows.start, columns.start] = errors[part, above].copy()
        self._rounded = picture
        return picture.copy()

    def finish(self, bits: NDArray[np.uint8], each: int = 1) -> Rgb8:
        """The picture of `round(len(bits) * each)` with `bits` in its last samples.

        Bit i is the exclusive or of the lowest bits of `each` samples (1, or the 3 of a pixel), the
        first bit in the last of the picture.

        Raises:
            ValueError: `each` is neither 1 nor 3.
        """
        if each not in (1, 3):
            raise ValueError(f"a bit in {each} samples")
        assert self._rounded is not None
        picture, tail = self._rounded.copy(), len(bits) * each
        shape = (*picture.shape[:2], 3 // each)
        parities = np.full(shape, FREE, np.int8)
        parities.reshape(-1)[parities.size - len(bits) :] = bits[::-1]
        top = self._first_row(tail)
        self._nearest(picture, parities, top)
        for rows, columns in self._tiles:
            if rows.stop <= top:
                continue
            start = max(rows.start, top - REACH)
            part = [(slice(start, rows.stop), columns)]
            exact, strength = (self._cut(whole, part) for whole in (self._exact, self._strength))
            asked = parities[part[0]].transpose(2, 0, 1)
            known = self._held.get((rows.start, columns.start))
            assert self._kernels is not None
            levels, _ = round_shaped(Planes(exact, strength, asked, known), self._kernels)
            skip = max(top - start, 0)
            picture[start + skip : rows.stop, columns] = levels[:, skip:].transpose(1, 2, 0)
        return picture

    def _nearest(self, picture: Rgb8, parities: NDArray[np.int8], top: int) -> None:
        """Parities of samples outside the tiles; those inside are rounded again anyway."""
        part = self._exact[top:].reshape(-1, 3)
        asked = parities[top:].reshape(-1, parities.shape[-1])
        picture[top:] = with_parity(np.rint(part).clip(0, 255), part, asked).reshape(
            picture[top:].shape
        )

    def _first_row(self, tail: int) -> int:
        """The first row that holds one of the last `tail` samples."""
        height, width = self._exact.shape[:2]
        return height - -(-tail // (3 * width))

    def _grouped(self) -> list[list[Slices]]:
        """Tiles of one shape, so many at a time."""
        shapes = defaultdict(list)
        for rows, columns in self._tiles:
            shapes[rows.stop - rows.start, columns.stop - columns.start].append((rows, columns))
        groups = []
        for (height, width), tiles in shapes.items():
            count = max(1, _AT_ONCE // (3 * height * width))
            groups += [tiles[i : i + count] for i in range(0, len(tiles), count)]
        return groups

    def _cut(self, whole: Floats, tiles: Sequence[Slices]) -> Floats:
        """(3 tiles, H, W) from (H, W, 3) or (H, W)."""
        if whole.ndim == 2:
            parts = [np.broadcast_to(whole[tile], (3, *whole[tile].shape)) for tile in tiles]
        else:
            parts = [whole[tile].transpose(2, 0, 1) for tile in tiles]
        return np.concatenate(parts).astype(np.float32, copy=False)
