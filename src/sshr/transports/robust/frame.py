"""Where each layer's bits go: coefficients in an order that the reference keys, blocks of code.

The header takes the first places of class 1, the base picture the next ones, and the refinement
all others of both classes.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import derive, keystream
from sshr.header.reference import ReferenceKey
from sshr.transports.robust.design import Design
from sshr.transports.robust.ldpc import LIMIT, MOST, SCALE, Code

HEADER_PLACES = 2048
"""Of the header at least, where class 1 has three times as many."""

PLACES_A_BYTE = 128
"""Of the header at most, which takes an eighth of class 1 elsewhere: as many show twice over what
the shortest header's code looks like, and more would be lost to the layers."""

BLOCK_BYTES = MOST // 8
_PART = 1 << 16
Places = NDArray[np.int64]
Short = NDArray[np.int16]


@dataclass(frozen=True)
class Frame:
    """The places of a reference, for a header of so many bytes."""

    order: "Order"
    header_bytes: int
    _mixed: dict[int, Places] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, plan: Design, key: ReferenceKey, header_bytes: int) -> "Frame":
        """The places of a design."""
        return cls(Order(plan.classes.reshape(-1), key), header_bytes)

    def sized(self, header_bytes: int) -> "Frame":
        """The places for a header of another size."""
        return self if header_bytes == self.header_bytes else Frame(self.order, header_bytes)

    @property
    def first(self) -> Places:
        """Flat indices of the coefficients of class 1 in their keyed order."""
        return self.order.first

    @property
    def second(self) -> Places:
        """Those of class 2."""
        return self.order.second

    @property
    def header(self) -> Places:
        """Of the header."""
        eighth = max(len(self.first) // 8, HEADER_PLACES)
        most = min(eighth, PLACES_A_BYTE * self.header_bytes)
        return self.first[: min(most, len(self.first) // 3)]

    def base(self, share: int) -> Places:
        """Of the base: so many 256ths of what the header leaves of class 1."""
        rest = self.first[len(self.header) :]
        return rest[: len(rest) * share // 256]

    def refinement(self, share: int) -> Places:
        """Of the refinement: all others, mixed."""
        found = self._mixed.get(share)
        if found is None:
            found = self._others(share)
            self._mixed.clear()  # others may be in other threads' hands
            self._mixed[share] = found
        return found

    def _others(self, share: int) -> Places:
        rest = self.first[len(self.header) + len(self.base(share)) :]
        both = np.concatenate([rest, self.second])
        # Of one order, so that every block of code has its part of both classes.
        words = np.arange(len(both), dtype=np.uint32) * np.uint32(0x9E3779B9)
        return both[_ordered(np.arange(len(both)), words)]


@dataclass(frozen=True)
class Order:
    """The keyed order of a reference's coefficients.

    Attributes:
        classes: of the coefficients, flat: 0 where one carries nothing.
    """

    classes: NDArray[np.uint8]
    key: ReferenceKey

    @cached_property
    def first(self) -> Places:
        return self._of_class(1)

    @cached_property
    def second(self) -> Places:
        return self._of_class(2)

    def _of_class(self, kind: int) -> Places:
        places = np.flatnonzero(self.classes == kind)
        words = keystream(derive(self.key.key, b"robust/order/%d" % kind), 4 * len(places))
        return _ordered(places, np.frombuffer(words, "<u4"))


def _ordered(places: Places, words: NDArray[np.uint32]) -> Places:
    """Ascending places below 2^32 in the order of their words; of equal words the first first."""
    both = words.astype(np.uint64)
    both <<= np.uint64(32)
    both |= places.view(np.uint64)
    both.sort()  # far quicker than the indices of what would be sorted
    both &= np.uint64(0xFFFFFFFF)
    return both.view(np.int64)


def put(changes: NDArray[np.bool_], places: Places, data: bytes) -> None:
    """Write bytes as code into flat bits, one for each coefficient."""
    count = blocks_of(len(data))
    message = np.zeros((count, _bits(len(data))), np.uint8)
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    message.reshape(-1)[: len(bits)] = bits
    each = -(-len(places) // count)
    coded = Code.of(message.shape[1]).encode(message, each)
    changes[places] = coded.T.reshape(-1)[: len(places)]  # the last places may be one too few


def softened(ratios: NDArray[np.float32]) -> Short:
    """Logarithms of ratios, log P(0) / P(1), as the code's integers, in the order of memory."""
    found = np.empty(ratios.shape, np.int16)
    flat, told = found.reshape(-1), ratios.reshape(-1)
    for start in range(0, len(flat), _PART):
        part = told[start : start + _PART] * np.float32(SCALE)
        np.rint(part, out=part).clip(-LIMIT, LIMIT, out=part)
        flat[start : start + _PART] = part
    return found


def take(heard: Short, size: int) -> bytes | None:
    """The bytes of `put`, or None where the code gives none.

    Args:
        heard: of its places in their order, from `softened`.
    """
    count = blocks_of(size)
    each = -(-len(heard) // count)
    if not each:
        return None
    soft = np.zeros((each, count), np.int16)  # the last places may be one too few
    soft.reshape(-1)[: len(heard)] = heard
    message = Code.of(_bits(size)).decode(np.ascontiguousarray(soft.T))
    if message is None:
        return None
    return np.packbits(message.reshape(-1)[: 8 * size]).tobytes()


def code_period(size: int) -> int:
    """Places after which so many bytes begin again."""
    return blocks_of(size) * Code.of(_bits(size)).period


def _bits(size: int) -> int:
    """Of each block of so many bytes; the last one ends with zeros."""
    return -(-8 * size // blocks_of(size))


def blocks_of(size: int) -> int:
    """Blocks of code for so many bytes."""
    return -(-size // BLOCK_BYTES)
