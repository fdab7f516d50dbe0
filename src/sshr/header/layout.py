"""The parts of the header stream and their sizes.

Prefix: salt 16 B, salt tag 8 B, bucket 4 B (version u8, shape u8, metadata units u16), bucket tag
2 B. Body: ephemeral key 32 B, slots of 48 B, commitment to the file key 16 B, metadata in units of
16 B with a 16 B tag, outer MAC 16 B. Seal: seal tag 8 B, with a signature 64 B more.
The lowest three bits of the shape are log2 of the slot count; bit 6 says that the seal holds a
signature, bit 7 that check bytes protect the body (`sshr.header.correction`).
"""

import struct
from dataclasses import dataclass

from sshr.crypto.keys import KEY_BYTES, MAX_RECIPIENTS
from sshr.header.correction import protected_size

VERSION = 1
"""Of the format, in each stego; there is no other version in it."""

SALT_BYTES = 16
SALT_TAG_BYTES = 8
BUCKET_TAG_BYTES = 2
COMMITMENT_BYTES = 16
SEAL_TAG_BYTES = 8
SIGNATURE_BYTES = 64
AEAD_TAG_BYTES = 16
OUTER_MAC_BYTES = 16
SLOT_BYTES = KEY_BYTES + AEAD_TAG_BYTES
UNIT_BYTES = 16

_BUCKET = struct.Struct(">BBH")
_ECC, _SIGNED = 0x80, 0x40
BUCKET_BYTES = _BUCKET.size
PREFIX_BYTES = SALT_BYTES + SALT_TAG_BYTES + BUCKET_BYTES + BUCKET_TAG_BYTES
PREFIX_BITS = 8 * PREFIX_BYTES
MAX_METADATA_BYTES = (1 << 16) * UNIT_BYTES - UNIT_BYTES - 1


@dataclass(frozen=True)
class Bucket:
    """The stream's coarse sizes: all that an eavesdropper with the reference learns of them."""

    slots: int
    units: int
    ecc: bool = False
    signed: bool = False

    @classmethod
    def holding(
        cls, metadata_length: int, slots: int, ecc: bool = False, signed: bool = False
    ) -> "Bucket":
        """The smallest bucket for so many metadata bytes (before padding) and slots.

        Raises:
            ValueError: beyond what the format can express.
        """
        if not 1 <= slots <= MAX_RECIPIENTS:
            raise ValueError(f"{slots} slots; 1 to {MAX_RECIPIENTS} are possible")
        if not 0 <= metadata_length <= MAX_METADATA_BYTES:
            raise ValueError(f"{metadata_length} bytes of metadata do not fit the format")
        units = metadata_length // UNIT_BYTES + 1
        return cls(1 << (slots - 1).bit_length(), units, ecc, signed)

    @classmethod
    def unpack(cls, data: bytes) -> "Bucket":
        """Inverse of `pack`.

        Raises:
            ValueError: not a bucket of this version.
        """
        version, shape, units = _BUCKET.unpack(data)
        exponent = shape & ~(_ECC | _SIGNED)
        if version != VERSION or 1 << min(exponent, 8) > MAX_RECIPIENTS or not units:
            raise ValueError(f"no such bucket: {version}, {exponent}, {units}")
        return cls(1 << exponent, units, bool(shape & _ECC), bool(shape & _SIGNED))

    def pack(self) -> bytes:
        exponent = self.slots.bit_length() - 1
        shape = exponent | (_ECC if self.ecc else 0) | (_SIGNED if self.signed else 0)
        return _BUCKET.pack(VERSION, shape, self.units)

    def pad(self, metadata: bytes) -> bytes:
        """Metadata, a byte 0x80 and zeros up to the bucket's size."""
        return (metadata + b"\x80").ljust(self.units * UNIT_BYTES, b"\0")

    @property
    def ciphertext_bytes(self) -> int:
        return self.units * UNIT_BYTES + AEAD_TAG_BYTES

    @property
    def body_bytes(self) -> int:
        plain = KEY_BYTES + self.slots * SLOT_BYTES + COMMITMENT_BYTES
        plain += self.ciphertext_bytes + OUTER_MAC_BYTES
        return protected_size(plain) if self.ecc else plain

    @property
    def seal_bytes(self) -> int:
        return SEAL_TAG_BYTES + (SIGNATURE_BYTES if self.signed else 0)

    @property
    def header_bytes(self) -> int:
        """Of all three parts."""
        return PREFIX_BYTES + self.body_bytes + self.seal_bytes


def unpad(padded: bytes) -> bytes:
    """Inverse of `Bucket.pad`.

    Raises:
        ValueError: there is no padding.
    """
    metadata, marker, zeros = padded.rpartition(b"\x80")
    if not marker or zeros.strip(b"\0"):
        raise ValueError("the padding is missing")
    return metadata
