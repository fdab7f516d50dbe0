"""The parts of the header stream and their sizes.

Prefix: salt 16 B, salt tag 8 B, bucket 3 B (log2 of the slot count u8, metadata units u16).
Body: ephemeral key 32 B, slots of 48 B, metadata in units of 32 B with a 16 B tag, outer MAC 16 B.
The highest bit of the slot count says that check bytes protect the body (`sshr.header.correction`).
"""

import struct
from dataclasses import dataclass

from sshr.crypto.keys import KEY_BYTES, MAX_RECIPIENTS
from sshr.header.correction import protected_size

SALT_BYTES = 16
SALT_TAG_BYTES = 8
AEAD_TAG_BYTES = 16
OUTER_MAC_BYTES = 16
SLOT_BYTES = KEY_BYTES + AEAD_TAG_BYTES
UNIT_BYTES = 32

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
