"""A stego that is final but for the samples that will hold its header; a kind for each carrier."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sshr.header.carriers import HeaderCarrier, KeyedCarrier, Places, TrailingCarrier
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


class KeyedDraft:
    """A sample whose lowest bit is wrong moves up by one level, from 255 down.

    Args:
        samples: (H, W, 3) uint8 RGB.
    """

    carrier = KeyedCarrier()

    def __init__(self, samples: Rgb8) -> None:
        self.shape = samples.shape
        self._samples = samples

    def settled(self, places: Places) -> Rgb8:
        return self._samples

    def written(self, settled: Rgb8, places: Places, bits: NDArray[np.uint8]) -> Rgb8:
        samples = settled.flatten()
        own = samples[places]
        wrong = (own ^ bits) & 1
        samples[places] = np.where(own == 255, own - wrong, own + wrong)
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
