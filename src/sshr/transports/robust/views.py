"""A received picture beside its reference: as it was sent, maybe resized; or in its place.

A picture in its place is turned upright and cut to what shows whole blocks of the reference. Where
its pixels are the reference's own it is listened to as a smaller stego; else the reference is
resized as it was, and what differs is brought back to the reference's pixels. Blocks that are not
in sight say nothing.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.blocks import SIDE as BLOCK
from sshr.transports.robust.blocks import luma
from sshr.transports.robust.design import Design
from sshr.transports.robust.filters import FILTERS, filtered, fitted, inverse, scaled
from sshr.transports.robust.listening import Heard, changed_power, listen
from sshr.transports.robust.noise_ratios import noisy_ratios
from sshr.transports.robust.placing import Placement
from sshr.types import Rgb8

Floats = NDArray[np.float64]


class View(Protocol):
    """What can be listened to."""

    @property
    def picture(self) -> Rgb8:
        """What shows the reference, upright."""

    @property
    def as_sent(self) -> bool:
        """Whether neither turned nor cut nor inside another picture."""

    @property
    def changed(self) -> float:
        """See `sshr.transports.robust.listening.changed_power`."""

    def listen(self, plan: Design) -> Heard:
        """What was heard of a design."""


@dataclass(frozen=True)
class PlainView:
    """All of a received picture, of any size, shows all of the reference."""

    picture: Rgb8
    reference: Rgb8
    as_sent = True

    @cached_property
    def changed(self) -> float:
        return changed_power(self.picture, self.reference)

    def listen(self, plan: Design) -> Heard:
        return listen(self.picture, self.reference, plan)


@dataclass(frozen=True)
class PlacedView:
    """A part of a received picture shows a part of the reference."""

    received: Rgb8
    reference: Rgb8
    placement: Placement
    as_sent = False

    @cached_property
    def picture(self) -> Rgb8:
        return self.placement.window(self.received)

    @cached_property
    def changed(self) -> float:
        if self.placement.is_unscaled:
            return changed_power(*self._own_pixels(BLOCK))
        return float(np.square(self._fitted[0]).mean())

    def listen(self, plan: Design) -> Heard:
        side = plan.side
        blocks = self._blocks(side)
        part = _part(plan, blocks)
        across = self.placement.turn.is_across
        if self.placement.is_unscaled:
            seen, own = self._own_pixels(side)
            if across:  # coders saw columns as rows
                seen, own, part = seen.swapaxes(0, 1), own.swapaxes(0, 1), _transposed(part)
            heard = listen(seen, own, part)
            told, words = heard.ratios, heard.channel
            told = told.transpose(1, 0, 3, 2) if across else told
        else:
            told = noisy_ratios(self._changes(side), part)
            words = f"resampled ({self._fitted[2]})"
        ratios = np.zeros(plan.zero.shape, np.float32)
        ratios[blocks] = told
        said = (self.placement.words, words)
        return Heard(ratios, ", ".join(each for each in said if each))

    def _blocks(self, block: int) -> tuple[slice, slice]:
        """Whole blocks of the reference in sight, of so many samples a side."""
        spans = self.placement.tops, self.placement.sides
        found = []
        for span, side in zip(spans, self.reference.shape, strict=False):
            first = math.ceil(span[0] / block)
            found.append(slice(first, max(min(int(span[1]), side) // block, first)))
        return found[0], found[1]

    def _own_pixels(self, block: int) -> tuple[Rgb8, Rgb8]:
        """Received picture and reference where the whole blocks are, pixel by pixel."""
        blocks = [slice(block * each.start, block * each.stop) for each in self._blocks(block)]
        off = round(self.placement.tops[0]), round(self.placement.sides[0])
        mine = tuple(
            slice(each.start - by, each.stop - by) for each, by in zip(blocks, off, strict=True)
        )
        return self.picture[mine], self.reference[tuple(blocks)]

    @cached_property
    def _fitted(self) -> tuple[Floats, Floats, str]:
        """What differs from the reference in the received size, as it was filtered and without
        the filter; and how it was resized."""
        place = self.placement
        own, seen = luma(self.reference) / 256, luma(self.picture) / 256
        box = (place.sides[0], place.tops[0], place.sides[1], place.tops[1])
        best: tuple[float, Floats, Floats, str] | None = None
        for name, method in FILTERS.items():
            small = scaled(own, seen.shape, method, box)
            kernel, offset = fitted(seen, small)
            residual = seen - filtered(small, kernel) - offset
            power = float(np.square(residual).mean())
            if best is None or power < best[0]:
                best = power, residual, kernel, name
        assert best is not None
        _, residual, kernel, name = best
        return residual, inverse(residual, kernel), name

    def _changes(self, block: int) -> Floats:
        """What differs in the reference's size, where whole blocks are."""
        place, changes = self.placement, self._fitted[1]
        blocks, sides = self._blocks(block), []
        spans = place.tops, place.sides
        for span, shown, each in zip(spans, changes.shape, blocks, strict=True):
            unit = shown / (span[1] - span[0])
            ends = each.start, each.stop
            sides.append([min(max((block * at - span[0]) * unit, 0), shown) for at in ends])
        (top, bottom), (left, right) = sides
        shape = tuple(block * (each.stop - each.start) for each in blocks)
        return scaled(changes, shape, FILTERS["Lanczos"], (left, top, right, bottom))


def _part(plan: Design, blocks: tuple[slice, slice]) -> Design:
    return Design(plan.zero[blocks], plan.one[blocks], plan.classes[blocks], plan.deviation)


def _transposed(plan: Design) -> Design:
    way = (1, 0, 3, 2)
    zero, one, classes = plan.zero, plan.one, plan.classes
    return Design(zero.transpose(way), one.transpose(way), classes.transpose(way), plan.deviation)
