"""Which part of a received picture shows which part of its reference."""

from dataclasses import dataclass

import numpy as np

from sshr.transports.robust.blocks import SIDE
from sshr.transports.robust.searching import Guess
from sshr.transports.robust.turning import Turn
from sshr.types import Rgb8

_NEAR = 0.12
"""Pixels from a whole number that are an error of the estimate."""

_LEAST = 20

Span = tuple[int, int]
Box = tuple[float, float]


@dataclass(frozen=True)
class Placement:
    """What lies between a reference and a received picture.

    Attributes:
        turn: see there; all that follows is of the upright picture.
        rows, columns: of the received picture that show the reference, [first, end).
        tops, sides: of the reference, what they show: rows and columns, [first, end) in pixels
            from the edge, whole numbers where the estimate is near one.
        seen, own: sizes of both pictures.
    """

    turn: Turn
    rows: Span
    columns: Span
    tops: Box
    sides: Box
    seen: tuple[int, int]
    own: tuple[int, int]

    @classmethod
    def of(cls, guess: Guess, seen: tuple[int, ...], own: tuple[int, ...]) -> "Placement":
        """From an estimate and the sizes of both pictures as they are."""
        lies = (seen[1], seen[0]) if guess.turn.is_across else (seen[0], seen[1])
        found = [_axis(*each) for each in zip(guess.scale, guess.start, lies, own[:2], strict=True)]
        (rows, tops), (columns, sides) = found
        return cls(guess.turn, rows, columns, tops, sides, lies, (own[0], own[1]))

    def window(self, picture: Rgb8) -> Rgb8:
        """What shows the reference, upright."""
        upright = self.turn.upright(picture)
        return np.ascontiguousarray(upright[slice(*self.rows), slice(*self.columns)])

    @property
    def scale(self) -> tuple[float, float]:
        """Of the received picture against the reference, rows and columns."""
        spans = (self.rows, self.tops), (self.columns, self.sides)
        up, across = ((shown[1] - shown[0]) / max(box[1] - box[0], 1e-9) for shown, box in spans)
        return up, across

    @property
    def is_enough(self) -> bool:
        """Whether so much is in sight that it may be listened to."""
        shown = (last - first for first, last in (self.rows, self.columns))
        own = (last - first for first, last in (self.tops, self.sides))
        return min(shown) >= _LEAST and min(own) >= 2 * _LEAST

    @property
    def is_whole(self) -> bool:
        """Whether all of the reference is in sight."""
        return self.tops == (0, self.own[0]) and self.sides == (0, self.own[1])

    @property
    def is_bare(self) -> bool:
        """Whether nothing but the reference is in sight."""
        return self.rows == (0, self.seen[0]) and self.columns == (0, self.seen[1])

    @property
    def is_plain(self) -> bool:
        """Whether the picture is as it was sent or resized, and no more."""
        return self.is_whole and self.is_bare and not self.turn.words

    @property
    def is_unscaled(self) -> bool:
        """Whether pixels of both pictures are the same ones."""
        sizes = (self.rows, self.tops), (self.columns, self.sides)
        return all(
            shown[1] - shown[0] == box[1] - box[0] and box[0] == int(box[0]) for shown, box in sizes
        )

    @property
    def grid(self) -> tuple[int, int]:
        """Row and column in 0..7 of the window where a coder's blocks of 8x8 begin."""
        found = []
        spans = (self.rows, self.columns)
        for span, side, flipped in zip(spans, self.seen, self.turn.is_flipped, strict=True):
            begins = side % SIDE if flipped else 0
            found.append((begins - span[0]) % SIDE)
        return found[0], found[1]

    @property
    def _is_covered(self) -> bool:
        """Whether a part of the reference is in sight, in its own place."""
        shown = self.rows, self.columns, self.seen
        return not self.is_whole and shown == (self.tops, self.sides, self.own)

    @property
    def words(self) -> str:
        """What has happened, as far as it shows in the place."""
        said = [self.turn.words]
        if self._is_covered:
            return ", ".join(part for part in (*said, "covered at its edges") if part)
        if not self.is_whole:
            said.append("cut out of a larger picture")
        if not self.is_bare:
            said.append("inside a larger picture")
        if not self.is_unscaled:
            said.append(f"scaled to {sum(self.scale) / 2:.2f}")
        return ", ".join(part for part in said if part)


def _axis(scale: float, start: float, seen: int, own: int) -> tuple[Span, Box]:
    """What is in sight on one axis, where r = scale * x + start."""
    first, begins = _edge(-start / scale, scale, start, 0, seen, own, up=True)
    end, ends = _edge((own - start) / scale, scale, start, seen, seen, own, up=False)
    if abs((end - first) - (ends - begins)) < 2 * _NEAR and abs(begins - round(begins)) < 0.3:
        begins = float(round(begins))  # the scale is 1
        ends = begins + end - first
    return (first, end), (begins, ends)


def _edge(
    at: float, scale: float, start: float, limit: int, seen: int, own: int, up: bool
) -> tuple[int, float]:
    """First or last pixel in sight, and the reference's place there.

    Args:
        at: where the reference ends in the received picture.
        limit: where the received picture ends.
    """
    edge = 0 if up else own
    if abs(at - round(at)) < _NEAR * max(1, 1 / scale) and 0 <= round(at) <= seen:
        return round(at), float(edge)
    inside = at > 0 if up else at < seen
    if inside:
        whole = int(np.ceil(at)) if up else int(np.floor(at))
        return whole, scale * whole + start
    place = scale * limit + start
    near = round(place)
    return limit, float(near) if abs(place - near) < _NEAR else float(place)
