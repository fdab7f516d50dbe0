"""How a received plane follows from the reference's: cut or resized, then filtered."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.filters import FILTERS, filtered, fitted, inverse, scaled

Floats = NDArray[np.floating]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels from the edge."""

_BACK = FILTERS["Lanczos"]
_PIECE, _FEW, _AROUND = 512, 40_000, 16
"""Pixels of a side, samples, and pixels around, by which a filter is recognised."""


@dataclass(frozen=True)
class Resampling:
    """What was found.

    Attributes:
        seen: the received plane, in levels.
        box: of the reference, which it shows.
        whole: the reference's size.
        name: the resizer's filter; empty where pixels are the reference's own.
        small: the reference as it was resized.
        kernel, offset: what makes that most like the received plane.
        power: mean square of what is left.
    """

    seen: Floats
    box: Box
    whole: tuple[int, int]
    name: str
    small: Floats
    kernel: Floats
    offset: float
    power: float

    @classmethod
    def of(cls, seen: Floats, own: Floats, box: Box, unscaled: bool = False) -> "Resampling":
        """With the filter that explains most.

        Args:
            unscaled: the box is as large as the plane and begins at whole pixels.
        """
        whole = own.shape[0], own.shape[1]
        if unscaled:
            small = _cut(own, box, seen.shape)
            return cls(seen, box, whole, "", small, *fitted(seen, small))
        name = _name(seen, own, box)
        small = scaled(own, seen.shape, FILTERS[name], box)
        return cls(seen, box, whole, name, small, *fitted(seen, small))

    @cached_property
    def predicted(self) -> Floats:
        """The received plane, had nothing been concealed and nothing been lost."""
        return filtered(self.small, self.kernel) + self.offset

    @cached_property
    def residual(self) -> Floats:
        """What the reference does not explain."""
        return self.seen - self.predicted

    def forward(self, changes: Floats) -> Floats:
        """What becomes of changes of the reference: (H, W) to the received size."""
        if not self.name:
            return filtered(_cut(changes, self.box, self.seen.shape), self.kernel)
        return filtered(scaled(changes, self.seen.shape, FILTERS[self.name], self.box), self.kernel)

    def back(self, changes: Floats, box: Box) -> Floats:
        """Changes of the received plane as those of a box of the reference, whole pixels."""
        undone = inverse(changes, self.kernel)
        left, top, right, bottom = box
        shape = round(bottom - top), round(right - left)
        across, down = (
            shown / (end - first)
            for shown, first, end in zip(
                undone.shape[::-1], self.box[:2], self.box[2:], strict=True
            )
        )
        off = self.box[0], self.box[1]
        own = (
            max((left - off[0]) * across, 0),
            max((top - off[1]) * down, 0),
            min((right - off[0]) * across, undone.shape[1]),
            min((bottom - off[1]) * down, undone.shape[0]),
        )
        if not self.name:
            return _cut(undone, own, shape)
        return scaled(undone, shape, _BACK, own)


def _name(seen: Floats, own: Floats, box: Box) -> str:
    """Of the filter that explains most, in the middle of the picture."""
    left, top, right, bottom = box
    units = (right - left) / seen.shape[1], (bottom - top) / seen.shape[0]
    first = [max((side - _PIECE) // 2, 0) for side in seen.shape]
    piece = seen[first[0] : first[0] + _PIECE, first[1] : first[1] + _PIECE]
    part = (
        left + first[1] * units[0],
        top + first[0] * units[1],
        min(left + (first[1] + piece.shape[1]) * units[0], own.shape[1]),
        min(top + (first[0] + piece.shape[0]) * units[1], own.shape[0]),
    )
    # Of the reference only what a resizer looks at.
    low = max(int(part[0]) - _AROUND, 0), max(int(part[1]) - _AROUND, 0)
    own = own[low[1] : int(part[3]) + _AROUND, low[0] : int(part[2]) + _AROUND]
    part = part[0] - low[0], part[1] - low[1], part[2] - low[0], part[3] - low[1]
    powers = {
        name: fitted(piece, scaled(own, piece.shape, method, part), _FEW)[-1]
        for name, method in FILTERS.items()
    }
    return min(powers, key=lambda name: powers[name])


def _cut(plane: Floats, box: Box, shape: tuple[int, ...]) -> Floats:
    top, left = round(box[1]), round(box[0])
    return plane[top : top + shape[0], left : left + shape[1]]
