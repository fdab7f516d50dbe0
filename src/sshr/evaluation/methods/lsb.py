"""The methods of the lowest bits: substitution of k bits, and LSB matching revisited.

Substitution puts the k highest bits of a secret's sample in place of the k lowest of the
reference's; the receiver adds half a step. With adjustment, a sample whose other bits may change by
one step is moved to the nearest level that ends in the same k bits.

LSB matching revisited (Mielikainen 2006) carries one bit a sample in pairs (a, b): the lowest bit
of a, and that of floor(a / 2) + b. Three samples of eight change, by one level, not one of two.
Its message is that of `Classical`: a coded and encrypted picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import derive
from sshr.errors import UsageError
from sshr.evaluation.methods.classical import room_of, seal, unseal
from sshr.evaluation.methods.method import MethodEntry, Samples
from sshr.files.names import shown
from sshr.imaging.depth import as_levels
from sshr.types import Rgb8

Levels = NDArray[np.int16]


@dataclass(frozen=True)
class Substitution:
    """k bits of every sample; see `Method`. It has no key.

    Attributes:
        bits: k, from 1 to 7.
    """

    bits: int
    adjusted: bool = False

    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """The stegos as uint8."""
        step = 1 << self.bits
        levels = references.astype(np.int16)
        stegos = levels - levels % step + (secrets >> (8 - self.bits))
        if self.adjusted:
            change = stegos - levels
            stegos -= step * ((change > step // 2) & (stegos >= step))
            stegos += step * ((change < -(step // 2)) & (stegos < 256 - step))
        return stegos.astype(np.uint8)

    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """The secrets' highest bits, and the middle of what is lost."""
        lost = 8 - self.bits
        highest = as_levels(stegos).astype(np.int16) % (1 << self.bits)
        return (highest * (1 << lost) + (1 << (lost - 1))).astype(np.uint8)


@dataclass(frozen=True)
class Revisited:
    """LSB matching revisited, one bit a sample; see `Method`."""

    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """The stegos as uint8."""
        seed = list(derive(key, b"lsb-matching/signs"))
        pairs = zip(secrets, references, strict=True)
        return np.stack([_matched(*pair, key, np.random.default_rng(seed)) for pair in pairs])

    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """The secrets as they were coded.

        Raises:
            DamagedError: a bit has changed, or the key is another.
        """
        found = []
        for stego in as_levels(stegos):
            size = room_of(2, stego.size)
            bits = read_pairs(stego.reshape(-1, 2))
            message = np.packbits(bits.reshape(-1)[: 8 * size]).tobytes()
            found.append(unseal(message, key, stego.shape))
        return np.stack(found)


def write_pairs(pairs: Rgb8, bits: NDArray[np.uint8], random: np.random.Generator) -> Rgb8:
    """Pairs of samples (N, 2) that carry the bits (N, 2), each sample within one level.

    `random` gives the direction where both are right.
    """
    a, b = pairs[:, 0].astype(np.int16), pairs[:, 1].astype(np.int16)
    first, second = bits[:, 0], bits[:, 1]
    matches = a & 1 == first
    # Of a - 1 and a + 1 exactly one makes the second bit right too.
    down = a - 1
    down_is_right = (down >> 1) + b & 1 == second
    moved = np.where(down_is_right, down, a + 1)
    moved = np.where(moved < 0, 1, np.where(moved > 255, 254, moved))  # b then has to follow
    a = np.where(matches, a, moved)
    wrong = (a >> 1) + b & 1 != second
    sign = np.where(random.integers(0, 2, len(b)) == 1, 1, -1)
    sign = np.where(b == 0, 1, np.where(b == 255, -1, sign))
    b = b + wrong * sign
    return np.stack([a, b], axis=1).astype(np.uint8)


def read_pairs(pairs: Rgb8) -> NDArray[np.uint8]:
    """The bits (N, 2) that pairs of samples (N, 2) carry."""
    a, b = pairs[:, 0].astype(np.int16), pairs[:, 1].astype(np.int16)
    return np.stack([a & 1, (a >> 1) + b & 1], axis=1).astype(np.uint8)


def _matched(secret: Rgb8, reference: Rgb8, key: bytes, random: np.random.Generator) -> Rgb8:
    message, _ = seal(secret, key, {2: room_of(2, reference.size)})
    bits = np.unpackbits(np.frombuffer(message, np.uint8))
    samples, carried = reference.reshape(-1).copy(), len(bits) // 2 * 2
    pairs = samples[:carried].reshape(-1, 2)
    samples[:carried] = write_pairs(pairs, bits.reshape(-1, 2), random).reshape(-1)
    return samples.reshape(reference.shape)


def lsb(value: str, device: str = "auto") -> MethodEntry:
    """`lsb:4`, or `lsb:4,adjusted`.

    Raises:
        UsageError: something else, or bits outside 1 to 7.
    """
    bits, *words = value.split(",")
    if bits not in map(str, range(1, 8)) or words not in ([], ["adjusted"]):
        raise UsageError(f"lsb:{shown(value)}: use lsb:K or lsb:K,adjusted with K from 1 to 7")
    return MethodEntry(f"lsb:{value}", Substitution(int(bits), bool(words)), value)


def matching(value: str, device: str = "auto") -> MethodEntry:
    """LSB matching revisited.

    Raises:
        UsageError: a value, which it has none of.
    """
    if value:
        raise UsageError(f"lsb-matching:{shown(value)}: takes no value")
    return MethodEntry("lsb-matching", Revisited(), "revisited")
