"""Where each part of the header stream lies, and whether an image is large enough for it.

Prefix: salt 16 B, salt tag 8 B, bucket 3 B (log2 of the slot count u8, metadata units u16).
Body: ephemeral key 32 B, slots of 48 B, metadata in units of 32 B with a 16 B tag, outer MAC 16 B.
The highest bit of the slot count says that check bytes protect the body (`sshr.header.correction`).
"""

import math
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import KEY_BYTES, MAX_RECIPIENTS
from sshr.errors import TooSmallError
from sshr.header.correction import protected_size

SALT_BYTES = 16
SALT_TAG_BYTES = 8
AEAD_TAG_BYTES = 16
OUTER_MAC_BYTES = 16
SLOT_BYTES = KEY_BYTES + AEAD_TAG_BYTES
UNIT_BYTES = 32
CHANNELS = 3
MAX_GROUP = 16

_BUCKET = struct.Struct(">BH")
_ECC = 0x80
PREFIX_BYTES = SALT_BYTES + SALT_TAG_BYTES + _BUCKET.size
PREFIX_BITS = 8 * PREFIX_BYTES
MAX_METADATA_BYTES = (1 << 16) * UNIT_BYTES - UNIT_BYTES - 1


@dataclass(frozen=True)
class Bucket:
    """The stream's coarse sizes: all that an eavesdropper with the reference learns of them."""

    slots: int
    units: int
    ecc: bool = False

    @classmethod
    def holding(cls, metadata_length: int, slots: int, ecc: bool = False) -> "Bucket":
        """The smallest bucket for so many metadata bytes (before padding) and slots.

        Raises:
            ValueError: beyond what the format can express.
        """
        if not 1 <= slots <= MAX_RECIPIENTS:
            raise ValueError(f"{slots} slots; 1 to {MAX_RECIPIENTS} are possible")
        if not 0 <= metadata_length <= MAX_METADATA_BYTES:
            raise ValueError(f"{metadata_length} bytes of metadata do not fit the format")
        units = metadata_length // UNIT_BYTES + 1
        return cls(1 << (slots - 1).bit_length(), units, ecc)

    @classmethod
    def unpack(cls, data: bytes) -> "Bucket":
        """Inverse of `pack`.

        Raises:
            ValueError: not a bucket.
        """
        first, units = _BUCKET.unpack(data)
        exponent = first & ~_ECC
        if 1 << min(exponent, 8) > MAX_RECIPIENTS or not units:
            raise ValueError(f"no such bucket: {exponent}, {units}")
        return cls(1 << exponent, units, bool(first & _ECC))

    def pack(self) -> bytes:
        exponent = self.slots.bit_length() - 1
        return _BUCKET.pack(exponent | (_ECC if self.ecc else 0), self.units)

    def pad(self, metadata: bytes) -> bytes:
        """Metadata, a byte 0x80 and zeros up to the bucket's size."""
        return (metadata + b"\x80").ljust(self.units * UNIT_BYTES, b"\0")

    @property
    def ciphertext_bytes(self) -> int:
        return self.units * UNIT_BYTES + AEAD_TAG_BYTES

    @property
    def body_bytes(self) -> int:
        plain = KEY_BYTES + self.slots * SLOT_BYTES + self.ciphertext_bytes + OUTER_MAC_BYTES
        return protected_size(plain) if self.ecc else plain


def unpad(padded: bytes) -> bytes:
    """Inverse of `Bucket.pad`.

    Raises:
        ValueError: there is no padding.
    """
    metadata, marker, zeros = padded.rpartition(b"\x80")
    if not marker or zeros.strip(b"\0"):
        raise ValueError("the padding is missing")
    return metadata


def prefix_group(samples: int) -> int:
    """Samples per bit of the prefix in an image of so many samples."""
    return min(max(samples // 2 // 2048, 1), MAX_GROUP)


@dataclass(frozen=True)
class Layout:
    """Group sizes of prefix and body in one image; at most half of its samples are used."""

    prefix_group: int
    body_group: int
    body_bits: int

    @classmethod
    def fitting(cls, samples: int, bucket: Bucket) -> "Layout | None":
        """The layout in an image of so many samples, or None where it is too small."""
        first = prefix_group(samples)
        bits = 8 * bucket.body_bytes
        room = samples // 2 - first * PREFIX_BITS
        if room < bits:
            return None
        return cls(first, min(room // bits, MAX_GROUP), bits)

    @property
    def used(self) -> int:
        """Samples that carry the header."""
        return self.prefix_group * PREFIX_BITS + self.body_group * self.body_bits

    def groups(self, positions: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """`used` positions as groups: prefix (216, m0) and body (body_bits, m1)."""
        cut = self.prefix_group * PREFIX_BITS
        prefix = positions[:cut].reshape(-1, self.prefix_group)
        return prefix, positions[cut:].reshape(-1, self.body_group)


def layout_for(height: int, width: int, bucket: Bucket) -> Layout:
    """The layout in an RGB image of this size.

    Raises:
        TooSmallError: the header does not fit; the message names a size that would do.
    """
    layout = Layout.fitting(CHANNELS * height * width, bucket)
    if layout is None:
        side = math.isqrt(8 * bucket.body_bytes * 2 // CHANNELS)
        while Layout.fitting(CHANNELS * side * side, bucket) is None:
            side += 1
        raise TooSmallError(
            f"the reference of {width}x{height} px is too small for the header; "
            f"take one of at least {side}x{side} px"
        )
    return layout
