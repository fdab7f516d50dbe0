"""A stego that is final but for the samples that will hold its header; a kind for each carrier."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sshr.header.carriers import HeaderCarrier, ParityCarrier, Places, TrailingCarrier
from sshr.header.layout import PREFIX_BITS, prefix_group
from sshr.header.parity import round_samples, write_parities
from sshr.rounding.rounder import Rounder
from sshr.types import Rgb8


class Draft(Protocol):
    """What a transport hands to `HeaderWriter.write`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W, 3) of the stego."""

    @property
    def carrier(self) -> HeaderCarrier:
        """Says where the header goes, and reads it."""

    def settled(self, places: Places) -> Rgb8:
        """(H, W, 3); the samples elsewhere than at these flat indices are final.

        Raises:
            ValueError: samples that are not finite.
        """

    def written(self, settled: Rgb8, places: Places, bits: NDArray[np.uint8]) -> Rgb8:
        """The stego with the header's bits (0 or 1)."""


class ParityDraft:
    """Rounded to the nearest levels; a wrong parity moves the sample that costs least.

    Args:
        unrounded: (H, W, 3) RGB in levels of 0..255, maybe outside.
        movable: flat indices of the only samples that may move, one in each group: upwards.
    """

    carrier = ParityCarrier()

    def __init__(self, unrounded: NDArray[np.floating], movable: Places | None = None) -> None:
        self.shape = unrounded.shape
        self._unrounded = unrounded
        if movable is not None:  # a quarter of a level off, they are the cheapest of their groups
            self._unrounded = unrounded.copy()
            self._unrounded.reshape(-1)[movable] += 0.25

    def settled(self, places: Places) -> Rgb8:
        return round_samples(self._unrounded)

    def written(self, settled: Rgb8, places: Places, bits: NDArray[np.uint8]) -> Rgb8:
        samples, exact = settled.reshape(-1), self._unrounded.reshape(-1)
        cut = prefix_group(len(samples)) * PREFIX_BITS
        for part, own in ((places[:cut], bits[:PREFIX_BITS]), (places[cut:], bits[PREFIX_BITS:])):
            samples = write_parities(exact, samples, part.reshape(len(own), -1), own)
        return samples.reshape(self.shape)


class TrailingDraft:
    """Rounded with the header's bits in mind."""

    carrier = TrailingCarrier()

    def __init__(self, rounding: Rounder) -> None:
        self.shape = rounding.shape
        self._rounding = rounding

    def settled(self, places: Places) -> Rgb8:
        return self._rounding.round(len(places))

    def written(self, settled: Rgb8, places: Places, bits: NDArray[np.uint8]) -> Rgb8:
        return self._rounding.finish(bits, len(places) // len(bits))
