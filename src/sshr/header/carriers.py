"""Where the header's bits lie in a picture. A reader tries each carrier; the salt's tag decides.

`KeyedCarrier`: the lowest bits of keyed samples, for a stego whose other samples are final before
the header is written. `TrailingCarrier`: the lowest bits of the last samples or pixels, for
one that is rounded with the header's bits in mind. Both draw from what the reference's key masks,
so to everybody else the bits are random. A new carrier is a class here and its place in `CARRIERS`;
a `Draft` (`sshr.header.drafts`) writes it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sshr.errors import TooSmallError
from sshr.header.layout import PREFIX_BITS, Bucket
from sshr.header.reference import ReferenceKey

_LARGE_SIDE = 180
_LARGE = 3 * _LARGE_SIDE**2  # samples

Flat = NDArray[np.uint8]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Bits:
    """The body's bits as bytes, and the flat indices of the samples that hold prefix and body."""

    body: bytes
    places: Places


class HeaderCarrier(Protocol):
    """Places for a header in a picture, and reading its two parts from the flat samples there."""

    def capacity(self, samples: int) -> int:
        """Bytes of the longest header in a picture of so many samples."""

    def locate(self, key: ReferenceKey, bucket: Bucket) -> Places:
        """Flat indices of the samples that hold such a header for this reference.

        Raises:
            TooSmallError: there is no room; the message names a size that would do.
        """

    def prefix(self, samples: Flat, key: ReferenceKey) -> bytes | None:
        """The first PREFIX_BYTES; None where a picture is too small for any header."""

    def body(self, samples: Flat, key: ReferenceKey, bucket: Bucket) -> Bits | None:
        """What follows, as long as the bucket says; None where it does not fit."""


class KeyedCarrier:
    """Bit i is that of the keyed draw's place i (`sshr.header.places`)."""

    def capacity(self, samples: int) -> int:
        return samples // 16

    def locate(self, key: ReferenceKey, bucket: Bucket) -> Places:
        return key.positions(check_room(key.height, key.width, bucket, _one))

    def prefix(self, samples: Flat, key: ReferenceKey) -> bytes | None:
        if len(samples) // 2 < PREFIX_BITS:
            return None
        return np.packbits(samples[key.positions(PREFIX_BITS)] & 1).tobytes()

    def body(self, samples: Flat, key: ReferenceKey, bucket: Bucket) -> Bits | None:
        count = header_bits(bucket)
        if count > len(samples) // 2:
            return None
        places = key.positions(count)
        return Bits(np.packbits(samples[places[PREFIX_BITS:]] & 1).tobytes(), places)


class TrailingCarrier:
    """Bit i is that of the sample i + 1 places before the picture's end, or in a larger picture the
    exclusive or of the three samples of the pixel there.
    """

    def capacity(self, samples: int) -> int:
        return samples // (16 * samples_a_bit(samples))

    def locate(self, key: ReferenceKey, bucket: Bucket) -> Places:
        count = check_room(key.height, key.width, bucket, samples_a_bit)
        return trailing_places(key.samples, count)

    def prefix(self, samples: Flat, key: ReferenceKey) -> bytes | None:
        if len(samples) // 2 < PREFIX_BITS:
            return None
        return _lowest(samples, 0, PREFIX_BITS)

    def body(self, samples: Flat, key: ReferenceKey, bucket: Bucket) -> Bits | None:
        count = header_bits(bucket)
        if count * samples_a_bit(len(samples)) > len(samples) // 2:
            return None
        places = trailing_places(len(samples), count)
        return Bits(_lowest(samples, PREFIX_BITS, count), places)


CARRIERS: Sequence[HeaderCarrier] = (KeyedCarrier(), TrailingCarrier())


def header_bits(bucket: Bucket) -> int:
    """Bits of a whole header."""
    return PREFIX_BITS + 8 * bucket.body_bytes


def samples_a_bit(samples: int) -> int:
    """1 in a small picture, else the 3 of a pixel: with a choice among them a bit costs half."""
    return 3 if samples >= _LARGE else 1


def trailing_places(samples: int, count: int) -> Places:
    """Flat indices of the samples that hold the last `count` bits, the last first."""
    return np.arange(samples - 1, samples - 1 - count * samples_a_bit(samples), -1)


def _one(samples: int) -> int:
    return 1


def check_room(height: int, width: int, bucket: Bucket, a_bit: Callable[[int], int]) -> int:
    """`header_bits`, if an RGB picture of this size has room for them.

    Args:
        a_bit: how many samples a bit takes in a picture of so many.

    Raises:
        TooSmallError: the header takes more than half of the samples.
    """
    count, samples = header_bits(bucket), 3 * height * width
    if count * a_bit(samples) > samples // 2:
        side = math.isqrt(2 * count // 3)
        if count * a_bit(_LARGE) > _LARGE // 2:  # then it may fit smaller pictures and not those
            side = max(side, _LARGE_SIDE)
        while count * a_bit(3 * side * side) > 3 * side * side // 2:
            side += 1
        raise TooSmallError(
            f"the reference of {width}x{height} px is too small for the header; "
            f"take one of at least {side}x{side} px"
        )
    return count


def _lowest(samples: Flat, start: int, stop: int) -> bytes:
    """Bits `start` to `stop`, counted from the picture's end."""
    each = samples_a_bit(len(samples))
    part = samples[len(samples) - stop * each : len(samples) - start * each] & 1
    return np.packbits(np.bitwise_xor.reduce(part.reshape(-1, each), axis=1)[::-1]).tobytes()
