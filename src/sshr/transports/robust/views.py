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
from sshr.transports.robust.blocks import levels
from sshr.transports.robust.design import Design
from sshr.transports.robust.listening import (
    Compared,
    Heard,
    changed_power,
    listen,
    listen_resized,
    resizing,
)
from sshr.transports.robust.placing import Placement
from sshr.transports.robust.resampled import part_of, requantised_ratios, resampled_ratios
from sshr.transports.robust.resampling import Resampling
from sshr.types import Rgb8

Floats = NDArray[np.floating]


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
        if self._resizing is None:
            return self._compared.changed
        return self._resizing.power

    @cached_property
    def _resizing(self) -> Resampling | None:
        is_resized = self.picture.shape != self.reference.shape
        return resizing(self.picture, self.reference) if is_resized else None

    @cached_property
    def _compared(self) -> Compared:
        return Compared(self.picture, self.reference)

    def listen(self, plan: Design) -> Heard:
        if self._resizing is None:
            return self._compared.listen(plan)
        return listen_resized(self._resizing, plan)


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
        return self._way.power

    def listen(self, plan: Design) -> Heard:
        blocks, place = self._blocks(plan.side), self.placement
        across = place.turn.is_across
        if not place.is_unscaled:
            told, words = resampled_ratios(self._way, plan, blocks, place.grid, across)
        else:
            told, words = self._heard_pixels(plan)
        ratios = np.zeros(plan.zero.shape, np.float32)
        ratios[blocks] = told
        said = (place.words, words)
        return Heard(ratios, ", ".join(each for each in said if each))

    def _heard_pixels(self, plan: Design) -> tuple[NDArray[np.float32], str]:
        """`resampled_ratios` where pixels are the reference's own."""
        blocks, place = self._blocks(plan.side), self.placement
        across = place.turn.is_across
        own_grid = round(-place.tops[0]) % BLOCK, round(-place.sides[0]) % BLOCK
        if place.grid != own_grid:
            found = requantised_ratios(self._way, plan, blocks, place.grid, across)
            if found is not None:
                return found
        seen, own = self._own_pixels(plan.side)
        part = part_of(plan, blocks)
        if across:  # coders saw columns as rows
            seen, own, part = seen.swapaxes(0, 1), own.swapaxes(0, 1), _transposed(part)
        heard = listen(seen, own, part)
        told = heard.ratios.transpose(1, 0, 3, 2) if across else heard.ratios
        return told, heard.channel

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
    def _way(self) -> Resampling:
        place = self.placement
        box = (place.sides[0], place.tops[0], place.sides[1], place.tops[1])
        seen, own = levels(self.picture), levels(self.reference)
        return Resampling.of(seen, own, box, place.is_unscaled)


def _transposed(plan: Design) -> Design:
    way = (1, 0, 3, 2)
    zero, one, classes = plan.zero, plan.one, plan.classes
    return Design(zero.transpose(way), one.transpose(way), classes.transpose(way), plan.deviation)
