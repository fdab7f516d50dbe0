"""Ciphertext <-> changes: an entropy DEcoder makes the ciphertext's bits into changes with exactly
the model's probabilities; encoding the changes gives the bits back.

The coder (asymmetric numeral systems) is a bijection between a stack of words and changes. Below
the ciphertext lie words of keystream, enough for every sample; those that are left when the last
sample has its change are named by their number and the coder's state, `AnsState`.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import constriction
import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import keystream
from sshr.crypto.session import Session
from sshr.threads import ahead
from sshr.transports.sealed.noise_model import ChangeTable, Classes, NoiseModel
from sshr.transports.sealed.value_pairs import PairGroup, pair_groups

AnsCoder = constriction.stream.stack.AnsCoder
Categorical = constriction.stream.model.Categorical
Words = NDArray[np.uint32]

CHUNK = 1 << 22
"""Samples whose order is drawn at a time."""

BLOCK = 64
"""Neighbouring samples that stay together in a large picture: to sort blocks takes a third of the
time of samples."""

_NUMBER = np.uint64((1 << 22) - 1)
_DRAWN = np.uint64((1 << 52) - (1 << 22))
_SPARE = 1024


def block_for(samples: int) -> int:
    """How many samples a sender keeps together in a picture of so many."""
    return BLOCK if samples > CHUNK else 1


@dataclass(frozen=True)
class AnsState:
    """What is left of the stack: so many untouched words of keystream, and 64 bits of state."""

    words: int
    state: int


@dataclass(frozen=True)
class NoiseCoder:
    """Where the changes go.

    Attributes:
        shared: indices, into the flattened picture, of the samples whose lowest bit the header
            sets; they carry but the choice of a pair of values.
        block: samples that stay together in the keyed order.
    """

    model: NoiseModel
    classes: Classes
    shared: NDArray[np.int64]
    even: int
    session: Session
    block: int

    def write(self, ciphertext: Words, bits: float) -> tuple[NDArray[np.uint8], AnsState] | None:
        """The flat samples with the changes, or None where the ciphertext does not fit.

        A sample of `shared` has the lower value of its pair.

        Args:
            bits: expected information of all changes.
        """
        below = self._filler(int(bits / 32 * 1.02) + _SPARE)
        coder = AnsCoder(np.concatenate([below, ciphertext]), seal=True)
        samples = self.model.samples.copy()
        for places, table in self._groups():
            changes = coder.decode(_distribution(table.frequencies), len(places))
            samples[places] += (changes - table.down).astype(np.uint8)
        for group in self._pairs():
            places, kinds = self.shared[group.chosen], len(group.frequencies)
            samples[places] += np.uint8(group.lowest & 0xFF)
            if kinds > 1:
                pairs = coder.decode(_distribution(group.frequencies), len(places))
                samples[places] += (2 * pairs).astype(np.uint8)
        left = coder.get_compressed()
        words = len(left) - 2
        if not 0 <= words <= len(below):
            return None
        return samples, AnsState(words, int(left[-2]) | int(left[-1]) << 32)

    def read(self, samples: NDArray[np.uint8], count: int, rest: AnsState) -> Words | None:
        """The `count` words of ciphertext, or None where a sample has changed."""
        if rest.state >> 32 == 0 or rest.words > len(samples) + _SPARE:
            return None
        if not self._quiet_ones_are_still(samples):
            return None
        state = np.array([rest.state & 0xFFFFFFFF, rest.state >> 32], np.uint32)
        coder = AnsCoder(np.concatenate([self._filler(rest.words), state]))
        for group in self._pairs(backwards=True):
            places, kinds = self.shared[group.chosen], len(group.frequencies)
            pairs = (self._changes(samples, places) - group.lowest) >> 1
            if pairs.min() < 0 or pairs.max() >= kinds:
                return None
            if kinds > 1:
                coder.encode_reverse(pairs, _distribution(group.frequencies))
        for places, table in self._groups(backwards=True):
            changes = self._changes(samples, places) + table.down
            if changes.min() < 0 or changes.max() >= len(table.frequencies):
                return None
            coder.encode_reverse(changes, _distribution(table.frequencies))
        try:
            words: Words = coder.get_compressed(unseal=True)
        except (AssertionError, ValueError):
            return None
        below = len(words) - count
        if below < 0 or not np.array_equal(words[:below], self._filler(below)):
            return None
        return words[below:]

    def _changes(self, samples: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.int32]:
        return np.subtract(samples[places], self.model.samples[places], dtype=np.int32)

    def _quiet_ones_are_still(self, samples: NDArray[np.uint8]) -> bool:
        """Whether the samples that never change, and so carry nothing, are the reference's."""
        for start, stop in self._chunks():
            quiet = self.model.class_of(self.classes, start, stop) == 0
            moved = samples[start:stop] != self.model.samples[start:stop]
            if not np.isin(np.flatnonzero(quiet & moved) + start, self.shared).all():
                return False
        return True

    def lower_values(self, samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The samples of a stego as `write` gave them: of a pair, the lower value."""
        found = samples.copy()
        for group in self._pairs():
            places = self.shared[group.chosen]
            first = self.model.samples[places] + np.uint8(group.lowest & 0xFF)
            found[places] -= (found[places] - first) & 1
        return found

    def _pairs(self, backwards: bool = False) -> Iterator[PairGroup]:
        """The groups of `shared`, after all others."""
        stream = keystream(self.session.subkey(b"payload/pairs"), len(self.shared))
        odd = (np.frombuffer(stream, np.uint8) & 1).astype(np.bool_)
        odd[len(odd) - self.even :] = False
        found = self.model.class_at(self.classes, self.shared)
        return pair_groups(self.classes, found, self.model.samples[self.shared], odd, backwards)

    def _groups(self, backwards: bool = False) -> Iterator[tuple[NDArray[np.int64], ChangeTable]]:
        """The places of each class in their keyed order, chunk by chunk."""
        chunks = sorted(enumerate(self._chunks()), reverse=backwards)
        for places, ends in ahead(lambda chunk: self._order(chunk[0], *chunk[1]), chunks):
            count = len(self.classes.tables)
            for group in range(count, 0, -1) if backwards else range(1, count + 1):
                first, last = ends[group - 1], ends[group]
                if first < last:
                    yield places[first:last], self.classes.tables[group - 1]

    def _chunks(self) -> Iterator[tuple[int, int]]:
        count = len(self.model.samples)
        return ((start, min(start + CHUNK, count)) for start in range(0, count, CHUNK))

    def _order(
        self, number: int, start: int, stop: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places sorted by class and, within, in keyed order; and where each class ends."""
        classes = self.model.class_of(self.classes, start, stop)
        inside = self.shared[(self.shared >= start) & (self.shared < stop)] - start
        classes[inside] = 0
        ends = np.cumsum(np.bincount(classes, minlength=len(self.classes.tables) + 1))
        key = self.session.subkey(b"payload/order/" + struct.pack(">I", number))
        blocks = np.arange(-(-(stop - start) // self.block), dtype=np.uint64)
        words = np.frombuffer(keystream(key, 8 * len(blocks)), "<u8").astype(np.uint64)
        blocks = np.sort(words & _DRAWN | blocks) & _NUMBER
        places = (blocks.view(np.int64)[:, None] * self.block + np.arange(self.block)).ravel()
        places = places[places < stop - start]
        # Stable: within a class the blocks stay in their order.
        return places[np.argsort(classes[places], kind="stable")] + start, ends

    def _filler(self, count: int) -> Words:
        stream = keystream(self.session.subkey(b"payload/filler"), 4 * count)
        return np.frombuffer(stream, "<u4").astype(np.uint32)


def _distribution(frequencies: NDArray[np.int64]) -> Any:
    """constriction's own rounding of these weights gives exactly the table: their sum is what it
    spreads after one unit for each symbol."""
    return Categorical((frequencies - 1).astype(np.float64), perfect=False)
