"""Rounds a whole picture, tile by tile, with the bits of a header at its end.

What a bit costs its sample the shaping takes into account like any other rounding error. The last
bits are known only when all else is final: their samples get the middle of two values first.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sshr.rounding.kernels import Kernels, design
from sshr.rounding.shaping import (
    FREE,
    HALF,
    PAIR,
    PIXEL,
    Floats,
    Planes,
    as_asked,
    round_shaped,
)
from sshr.threads import one_thread_each
from sshr.types import Rgb8

Slices = tuple[slice, slice]
_NO_BITS = np.zeros(0, np.uint8)
_NONE = np.zeros((0, 1), np.int64)

_ROWS = 128
_AT_ONCE = 1 << 22
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

    def round(
        self, bits: NDArray[np.uint8] = _NO_BITS, each: int = 1, later: NDArray[np.int64] = _NONE
    ) -> Rgb8:
        """The picture, (H, W, 3), with `bits` in its last samples.

        Bit i is the exclusive or of the lowest bits of `each` samples (1, or the 3 of a pixel), the
        first bit in the last of the picture.

        Args:
            later: flat indices (n, m) of samples before those that will have one of two values
                later, the first of each m one of 2k and 2k + 1. Here they get the lower value, and
                their neighbours make good the error of the middle of both.

        Raises:
            ValueError: `each` is neither 1 nor 3.
        """
        if each not in (1, 3):
            raise ValueError(f"a bit in {each} samples")
        asked, top = self._asked(bits, each, later)
        picture = np.empty(self.shape, np.uint8)
        for first in range(0, self.shape[0], _ROWS):
            band = slice(first, first + _ROWS)
            picture[band] = np.rint(self._exact[band]).clip(0, 255)
        # Samples outside the tiles; those inside are rounded again below.
        rows = self._exact[top:].reshape(-1, 3)
        near = as_asked(np.rint(rows).clip(0, 255), rows, asked.reshape(-1, 3))
        picture[top:] = near.reshape(picture[top:].shape)
        kernels = self._kernels
        if kernels is None:
            return picture

        def one(group: list[Slices]) -> None:
            planes = Planes(
                self._cut(self._exact, group),
                self._cut(self._strength, group),
                self._asked_in(asked, top, group),
            )
            levels = round_shaped(planes, kernels)
            for index, (place_rows, columns) in enumerate(group):
                part = slice(3 * index, 3 * index + 3)
                picture[place_rows, columns] = levels[part].transpose(1, 2, 0)

        # One after the other: their operations are so short that threads would wait for each other.
        with one_thread_each():
            for group in self._grouped():
                one(group)
        return picture

    def _asked(
        self, bits: NDArray[np.uint8], each: int, later: NDArray[np.int64]
    ) -> tuple[NDArray[np.int8], int]:
        """What is asked of the samples from some row on (see `Planes`), and that row."""
        height, width, _ = self.shape
        count = len(bits) * each
        first = min(3 * height * width - count, later.min(initial=3 * height * width))
        top = first // (3 * width)
        asked = np.full((height - top, width, 3), FREE, np.int8)
        flat = asked.reshape(-1)
        codes = bits if each == 1 else bits + PIXEL
        flat[flat.size - count :] = np.repeat(codes, each)[::-1]
        flat[later[:, 1:] - 3 * width * top] = HALF
        flat[later[:, 0] - 3 * width * top] = PAIR
        return asked, top

    def _asked_in(
        self, asked: NDArray[np.int8], top: int, tiles: Sequence[Slices]
    ) -> NDArray[np.int8] | None:
        """The part for some tiles, (3 tiles, H, W); None where nothing is asked."""
        if all(rows.stop <= top for rows, _ in tiles):
            return None
        parts = []
        for rows, columns in tiles:
            part = np.full((3, rows.stop - rows.start, columns.stop - columns.start), FREE, np.int8)
            first = max(rows.start, top)
            if first < rows.stop:
                own = asked[first - top : rows.stop - top, columns]
                part[:, first - rows.start :] = own.transpose(2, 0, 1)
            parts.append(part)
        return np.concatenate(parts)

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
