"""A stego that is final but for the samples that will hold its header; a kind for each carrier."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sshr.header.carriers import (
    HeaderCarrier,
    HeaderGroups,
    KeyedCarrier,
    TrailingCarrier,
    seal_pattern,
)
from sshr.rounding.rounder import Rounder
from sshr.types import Rgb8

Bits = NDArray[np.uint8]


class Draft(Protocol):
    """What a transport hands to `HeaderWriter.write`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W, 3) of the stego."""

    @property
    def carrier(self) -> HeaderCarrier:
        """Says where the header goes."""

    def settled(self, groups: HeaderGroups, bits: Bits) -> Rgb8:
        """(H, W, 3) with the bits (0 or 1) of prefix and body; final but for the seal's bits.

        Raises:
            ValueError: samples that are not finite.
        """

    def sealed(self, settled: Rgb8, groups: HeaderGroups, bits: Bits) -> Rgb8:
        """The stego: `settled` with the bits of the seal.

        The carrier's `unsealed` of both is the same.
        """


class KeyedDraft:
    """A sample whose lowest bit is wrong moves up by one level, from 255 down; one of the seal's
    moves down to an even one first.

    Args:
        samples: (H, W, 3) uint8 RGB.
    """

    carrier = KeyedCarrier()

    def __init__(self, samples: Rgb8) -> None:
        self.shape = samples.shape
        self._samples = samples

    def settled(self, groups: HeaderGroups, bits: Bits) -> Rgb8:
        samples = self.carrier.unsealed(self._samples.reshape(-1), groups)
        places = np.concatenate([groups.prefix[:, 0], groups.body[:, 0]])
        own = samples[places]
        wrong = (own ^ bits) & 1
        samples[places] = np.where(own == 255, own - wrong, own + wrong)
        return samples.reshape(self.shape)

    def sealed(self, settled: Rgb8, groups: HeaderGroups, bits: Bits) -> Rgb8:
        stego = settled.flatten()
        stego[groups.seal[:, 0]] |= bits
        return stego.reshape(self.shape)


class TrailingDraft:
    """Rounded with the header's bits in mind."""

    carrier = TrailingCarrier()

    def __init__(self, rounding: Rounder) -> None:
        self.shape = rounding.shape
        self._rounding = rounding

    def settled(self, groups: HeaderGroups, bits: Bits) -> Rgb8:
        picture = self._rounding.round(bits, groups.body.shape[1], groups.seal)
        picture.reshape(-1)[groups.seal] += seal_pattern(
            np.zeros(len(groups.seal), np.uint8), groups
        )
        return picture

    def sealed(self, settled: Rgb8, groups: HeaderGroups, bits: Bits) -> Rgb8:
        stego = self.carrier.unsealed(settled.reshape(-1), groups)
        stego[groups.seal] += seal_pattern(bits, groups)
        return stego.reshape(self.shape)
