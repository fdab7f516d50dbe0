"""Where the header's bits lie in a picture. A reader tries each carrier; the salt's tag decides.

Every bit of prefix and body is the exclusive or of the lowest bits of a group of samples; the seal
comes last, and all samples are under it. `KeyedCarrier`: keyed samples, one a bit, for a stego
whose other samples are final before the header is written. `TrailingCarrier`: the last samples or
pixels, for one that is rounded with the header's bits in mind. Both draw from what the reference's
key masks, so to everybody else the bits are random. A new carrier is a class here and its place in
`CARRIERS`; a `Draft` (`sshr.header.drafts`) writes it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sshr.errors import TooSmallError
from sshr.header.layout import PREFIX_BITS, Bucket
from sshr.header.reference import ReferenceKey

_LARGE_SIDE = 180
_LARGE = 3 * _LARGE_SIDE**2  # samples
_SQUARE = 0, 1, 1, 0

Flat = NDArray[np.uint8]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class HeaderGroups:
    """Flat indices of the samples whose parities are the bits: (bits, samples a bit) for each part.

    Attributes:
        prefix, body, seal: of each bit of these, in order.
    """

    prefix: Places
    body: Places
    seal: Places

    @property
    def parts(self) -> tuple[Places, Places, Places]:
        return self.prefix, self.body, self.seal

    @property
    def places(self) -> Places:
        """All of them, flat."""
        return np.concatenate([part.reshape(-1) for part in self.parts])


class HeaderCarrier(Protocol):
    """Places for a header in a picture."""

    def capacity(self, samples: int) -> int:
        """Bytes of the longest header in a picture of so many samples."""

    def prefix(self, key: ReferenceKey) -> Places | None:
        """The groups of the prefix alone; None where a picture is too small for any header."""

    def locate(self, key: ReferenceKey, bucket: Bucket) -> HeaderGroups:
        """All groups of such a header for this reference.

        Raises:
            TooSmallError: there is no room; the message names a size that would do.
        """

    def read_seal(self, samples: Flat, groups: HeaderGroups) -> bytes:
        """What the seal says."""

    def unsealed(self, samples: Flat, groups: HeaderGroups) -> Flat:
        """A copy of the samples that does not depend on the seal, but on all else."""


class KeyedCarrier:
    """Bit i is that of the keyed draw's place i (`sshr.header.places`)."""

    def capacity(self, samples: int) -> int:
        return samples // 16

    def prefix(self, key: ReferenceKey) -> Places | None:
        if key.samples // 2 < PREFIX_BITS:
            return None
        return key.positions(PREFIX_BITS)[:, None]

    def locate(self, key: ReferenceKey, bucket: Bucket) -> HeaderGroups:
        count = 8 * bucket.header_bytes
        if count > key.samples // 2:
            side = math.isqrt(2 * count // 3)
            while 2 * count > 3 * side * side:
                side += 1
            raise _too_small(key.height, key.width, side)
        every, end = key.positions(count)[:, None], count - 8 * bucket.seal_bytes
        return HeaderGroups(every[:PREFIX_BITS], every[PREFIX_BITS:end], every[end:])

    def read_seal(self, samples: Flat, groups: HeaderGroups) -> bytes:
        return read_bits(samples, groups.seal)

    def unsealed(self, samples: Flat, groups: HeaderGroups) -> Flat:
        found = samples.copy()
        found[groups.seal] &= 0xFE
        return found


class TrailingCarrier:
    """Bit i is that of the sample i + 1 places before the picture's end, or in a larger picture the
    exclusive or of the three samples of the pixel there. The seal lies above: see `seal_pattern`.
    """

    def capacity(self, samples: int) -> int:
        return samples // (16 * samples_a_bit(samples))

    def prefix(self, key: ReferenceKey) -> Places | None:
        each = samples_a_bit(key.samples)
        if key.samples // 2 < PREFIX_BITS * each:
            return None
        return _from_end(key.samples, 0, PREFIX_BITS, each)

    def locate(self, key: ReferenceKey, bucket: Bucket) -> HeaderGroups:
        return trailing_groups(key.height, key.width, bucket)

    def read_seal(self, samples: Flat, groups: HeaderGroups) -> bytes:
        return read_bits(samples, groups.seal[:, :1])

    def unsealed(self, samples: Flat, groups: HeaderGroups) -> Flat:
        found = samples.copy()
        found[groups.seal] -= seal_pattern(_parities(samples, groups.seal[:, :1]), groups)
        return found


CARRIERS: Sequence[HeaderCarrier] = (TrailingCarrier(), KeyedCarrier())
"""In the order in which they are tried: the places of the second take time to draw."""


def read_bits(samples: Flat, groups: Places) -> bytes:
    """What one part of a header says."""
    return np.packbits(_parities(samples, groups)).tobytes()


def _parities(samples: Flat, groups: Places) -> NDArray[np.uint8]:
    """The exclusive or of the lowest bits of each group."""
    return np.bitwise_xor.reduce(samples[groups] & np.uint8(1), axis=1)


def samples_a_bit(samples: int) -> int:
    """1 in a small picture, else the 3 of a pixel: with a choice among them a bit costs half."""
    return 3 if samples >= _LARGE else 1


def seal_pattern(bits: NDArray[np.uint8], groups: HeaderGroups) -> NDArray[np.uint8]:
    """What a seal adds to the lower of two values of each of its samples: (bits, samples a bit).

    A bit is decided when all rounding is done, so nothing can make good what it does to a sample.
    But in a square of four, 1 and 0 above 0 and 1, or the reverse, the noise has high frequencies
    alone, which disturb the secret least. The first sample's lower value is even.
    """
    return bits[:, None] ^ np.array(_SQUARE[: groups.seal.shape[1]], np.uint8)


def trailing_groups(height: int, width: int, bucket: Bucket) -> HeaderGroups:
    """The groups of `TrailingCarrier` in an RGB picture of this size.

    Raises:
        TooSmallError: the header takes more than half of the samples.
    """
    found = _trailing(height, width, bucket)
    if found is not None:
        return found
    side = math.isqrt(2 * 8 * bucket.header_bytes // 3)
    while not all(_trailing(more, more, bucket) for more in (side, max(side, _LARGE_SIDE))):
        side += 1
    raise _too_small(height, width, side)


def _too_small(height: int, width: int, side: int) -> TooSmallError:
    return TooSmallError(
        f"the reference of {width}x{height} px is too small for the header; "
        f"take one of at least {side}x{side} px"
    )


def _trailing(height: int, width: int, bucket: Bucket) -> HeaderGroups | None:
    """The groups if half of the samples are enough; the seal has a sample a bit if they must."""
    samples, body, seal = 3 * height * width, 8 * bucket.body_bytes, 8 * bucket.seal_bytes
    each = samples_a_bit(samples)
    stream = each * (PREFIX_BITS + body)
    first = samples - stream, samples - samples // 2
    if first[0] - seal < first[1]:
        return None
    squares = _squares(first[0] // (3 * width), width, seal)
    if squares.min() < first[1]:
        squares = _from_end(samples, stream, seal, 1)
    return HeaderGroups(
        _from_end(samples, 0, PREFIX_BITS, each),
        _from_end(samples, each * PREFIX_BITS, body, each),
        squares,
    )


def _from_end(samples: int, start: int, bits: int, each: int) -> Places:
    """HeaderGroups of so many bits, `start` samples before the end of all."""
    last = samples - 1 - start
    return np.arange(last, last - bits * each, -1, dtype=np.int64).reshape(bits, each)


def _squares(below: int, width: int, count: int) -> Places:
    """Squares of four samples of one channel, (count, 4), in pairs of rows above row `below`.

    From the left; the three channels of a place one after another; then the next rows above.
    """
    index = np.arange(count, dtype=np.int64)
    place, channel = index // 3, index % 3
    pair, column = place // (width // 2), place % (width // 2)
    row = below - below % 2 - 2 * (pair + 1)
    first = 3 * (row * width + 2 * column) + channel
    return np.stack([first, first + 3, first + 3 * width, first + 3 * width + 3], axis=1)
