"""What the shared reference alone gives: the header's place, its mask and its outer MAC.

Whoever holds the reference can tell that a stego carries a header; nobody else can.
"""

import hashlib
import struct
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import derive, keystream, mac
from sshr.header.layout import BUCKET_TAG_BYTES, OUTER_MAC_BYTES, SALT_TAG_BYTES
from sshr.header.places import FIRST, header_places
from sshr.types import Rgb8

_MISMATCH_DB = 30


@dataclass(frozen=True)
class ReferenceKey:
    """K_ref and its labelled subkeys, for one reference image.

    Attributes:
        key: 32 bytes.
        reference: (H, W, 3) uint8 RGB.
    """

    key: bytes = field(repr=False)
    reference: Rgb8 = field(repr=False, compare=False)

    @classmethod
    def of(cls, reference: Rgb8) -> "ReferenceKey":
        """K_ref of a reference, (H, W, 3) uint8 RGB."""
        return cls(derive(reference_hash(reference), b"reference"), reference)

    @property
    def height(self) -> int:
        """In pixels."""
        return self.reference.shape[0]

    @property
    def width(self) -> int:
        """In pixels."""
        return self.reference.shape[1]

    @property
    def samples(self) -> int:
        return self.reference.size

    def positions(self, count: int) -> NDArray[np.int64]:
        """The first `count` header samples: indices into the flattened image."""
        if count <= len(self._first):
            return self._first[:count]
        return header_places(derive(self.key, b"positions"), self.reference, count)

    @cached_property
    def _first(self) -> NDArray[np.int64]:
        """Ordering them takes the time, and a reader asks for two beginnings."""
        count = min(FIRST, self.samples // 2)
        return header_places(derive(self.key, b"positions"), self.reference, count)

    def salt_tag(self, salt: bytes) -> bytes:
        """Eight bytes by which a reader recognises a header for this reference."""
        return mac(self.salt_tag_key(), SALT_TAG_BYTES, salt)

    def salt_tag_key(self) -> bytes:
        """The key of `salt_tag`'s MAC, for whoever tries many salts."""
        return derive(self.key, b"salt tag")

    def bucket_tag(self, salt: bytes, bucket: bytes) -> bytes:
        """Two bytes by which a packed bucket is known that was read right."""
        return mac(derive(self.key, b"bucket tag"), BUCKET_TAG_BYTES, salt, bucket)

    def mask(self, salt: bytes, length: int) -> bytes:
        """Keystream over what follows the salt tag: a raw X25519 key does not look random."""
        return keystream(derive(self.key, b"mask", salt), length)

    def outer_mac(self, salt: bytes, stream: bytes) -> bytes:
        """MAC (16 bytes) of the unmasked stream before it."""
        return mac(derive(self.key, b"outer mac", salt), OUTER_MAC_BYTES, stream)


def reference_hash(reference: NDArray[np.uint8]) -> bytes:
    """SHA-256 of the size and the samples of an (H, W, 3) uint8 RGB image."""
    check_image(reference)
    height, width, _ = reference.shape
    digest = hashlib.sha256(b"sshr-ref-1" + struct.pack(">II", width, height))
    digest.update(np.ascontiguousarray(reference).data)
    return digest.digest()


def check_image(image: NDArray[np.uint8]) -> None:
    """Refuse what is not an (H, W, 3) uint8 array.

    Raises:
        ValueError: another shape or dtype.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"an (H, W, 3) uint8 image is needed, not {image.shape} {image.dtype}")


def belong_together(stego: NDArray[np.uint8], reference: NDArray[np.uint8]) -> bool:
    """Whether two RGB images of one size are within 30 dB (PSNR over all 8-bit samples)."""
    total = 0
    for first, second in zip(stego, reference, strict=True):
        total += int(np.square(first.astype(np.int32) - second).sum(dtype=np.int64))
    return total * 10 ** (_MISMATCH_DB // 10) <= 255**2 * stego.size
