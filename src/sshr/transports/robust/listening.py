"""What a received picture tells of every coefficient's bit, whatever has happened to it.

The receiver knows the reference, so he learns the channel from it: as a JPEG's quantiser, or as a
linear filter of the reference (blur, brightness, another size) with noise whose strength in each
coefficient is estimated together with the changes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.blocks import SIDE, coded_coefficients, coefficients, levels, thinned
from sshr.transports.robust.design import Design
from sshr.transports.robust.filters import filtered, fitted, inverse
from sshr.transports.robust.jpeg_grid import Grid, cell_ratios, find_grid, kept
from sshr.transports.robust.noise_ratios import MOST, noisy_ratios
from sshr.transports.robust.resampled import resampled_ratios
from sshr.transports.robust.resampling import Resampling
from sshr.transports.robust.returned import returned, way_there
from sshr.types import Rgb8

Floats = NDArray[np.floating]

_MUCH = 3.0
"""Levels squared that a filter leaves, of a picture that may have been smaller."""


@dataclass(frozen=True)
class Heard:
    """What was received.

    Attributes:
        ratios: (rows, columns, side, side) float32, log P(0) / P(1), within MOST.
        channel: what seems to have happened, in words.
    """

    ratios: NDArray[np.float32]
    channel: str


def listen(received: Rgb8, reference: Rgb8, plan: Design) -> Heard:
    """Compare a received picture, of any size, with the reference."""
    if received.shape != reference.shape:
        return listen_resized(resizing(received, reference), plan)
    return Compared(received, reference).listen(plan)


@dataclass(frozen=True)
class Compared:
    """A received picture beside a reference of its size; what no design changes is found once."""

    received: Rgb8
    reference: Rgb8

    def listen(self, plan: Design) -> Heard:
        """What was heard of a design."""
        told = self._jpeg(plan)
        if told is not None:
            return told
        changes = self._seen - self._own
        if _is_quiet(changes, plan):  # a fitted filter would be wrong at the picture's edge
            return Heard(noisy_ratios(changes, plan), "next to no change")
        del changes  # large planes are not kept while others are made
        changes, words = self._filtered
        return Heard(noisy_ratios(changes, plan), words)

    def _jpeg(self, plan: Design) -> Heard | None:
        """What is heard if this has been a JPEG on the reference's grid."""
        if self._grid is None:
            return None
        seen, own = self._seen, self._own
        if plan.side != SIDE:  # each coefficient's error is that of several of the quantiser's
            return Heard(noisy_ratios(seen - own, plan), self._grid.words)
        steps, found, before = self._grid.steps, coded_coefficients(seen), coded_coefficients(own)
        told = cell_ratios(found, before, plan, steps)
        if told is None:
            return None
        unknown = kept(found, before) & (steps == 0)
        if (plan.classes.any(axis=(0, 1)) & unknown).any():
            told = np.where(unknown, noisy_ratios(seen - own, plan), told)
        return Heard(told.clip(-MOST, MOST), self._grid.words)

    @cached_property
    def _grid(self) -> Grid | None:
        blocks = (side // SIDE for side in self._seen.shape)
        return find_grid(coded_coefficients(self._seen, thinned(*blocks)))

    @cached_property
    def changed(self) -> float:
        """Mean square of what is not the reference, filtered, in the luma."""
        return self._fit[-1]

    @cached_property
    def _fit(self) -> tuple[Floats, float, float]:
        return fitted(self._seen, self._own)

    @cached_property
    def _seen(self) -> NDArray[np.float32]:
        return levels(self.received)

    @property
    def _own(self) -> NDArray[np.float32]:
        return levels(self.reference)  # quickly made, and too large to be kept

    @cached_property
    def _filtered(self) -> tuple[Floats, str]:
        """What a filter of the reference does not explain, without that filter, and its words."""
        own, seen = self._own, self._seen
        kernel, offset, left = self._fit
        way = way_there(seen, own) if left > _MUCH else None
        if way is not None:
            own = returned(own, *way)
            kernel, offset, left = fitted(seen, own)
        residual = seen - filtered(own, kernel)
        residual -= np.float32(offset)
        words = _words(kernel, offset, residual)
        if way is not None:
            words = f"scaled to {way[0]:g} and back ({way[1]}), {words}"
        return inverse(residual, kernel), words


def _is_quiet(changes: Floats, plan: Design) -> bool:
    """Whether nothing but a design has changed a plane."""
    every = thinned(*plan.zero.shape[:2])
    plain = coefficients(changes, plan.side, every)
    away = np.abs(plain - plan.zero[::every])
    np.minimum(away, np.abs(plain - plan.one[::every]), out=away)
    used = away[plan.classes[::every] > 0]
    return len(used) > 0 and float(np.square(used).mean()) < (1.2 * plan.deviation) ** 2


def changed_power(received: Rgb8, reference: Rgb8) -> float:
    """Mean square of what is not the reference, filtered, in the luma of pictures of one size."""
    return Compared(received, reference).changed


def _words(kernel: Floats, offset: float, residual: Floats) -> str:
    reach = len(kernel) // 2
    gain, middle = float(kernel.sum()), float(kernel[reach, reach])
    said = []
    if abs(gain - 1) > 0.005 or abs(offset) > 1:
        said.append("another brightness")
    if middle < 0.9 * gain:
        said.append("blur")
    deviation = float(residual.std())
    said.append(f"changes of {deviation:.1f} levels" if deviation > 3.5 else "next to no change")
    return ", ".join(said)


def resizing(received: Rgb8, reference: Rgb8) -> Resampling:
    """How all of a reference became a received picture of another size."""
    seen, own = levels(received), levels(reference)
    return Resampling.of(seen, own, (0, 0, own.shape[1], own.shape[0]))


def listen_resized(way: Resampling, plan: Design) -> Heard:
    """`listen`, for whoever knows that."""
    height, width = way.seen.shape
    blocks = slice(0, way.whole[0] // plan.side), slice(0, way.whole[1] // plan.side)
    ratios, coder = resampled_ratios(way, plan, blocks, (0, 0))
    words = f"resized to {width}x{height} ({way.name})"
    return Heard(ratios, f"{words}, {coder}" if coder else words)
