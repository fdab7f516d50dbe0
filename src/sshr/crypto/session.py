"""One stego's session: everything that derives from its random file key and salt.

The keyed mix needs random permutations and signs on which sender and receiver agree on any
machine and with any library version, so both are defined on ChaCha20 keystream (RFC 8439) alone.
"""

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import derive, keystream, mac

SAMPLE_MAC_BYTES = 16


@dataclass(frozen=True)
class Session:
    """A session key (32 bytes) and its labelled subkeys. Each subkey serves one purpose once."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, file_key: bytes, salt: bytes, reference_key: bytes) -> "Session":
        """The session of a file key (32 bytes) under the header's salt (16 bytes).

        It depends on the reference's key (32 bytes) too: with another reference even the right
        file key un-mixes to noise.
        """
        return cls(derive(file_key + reference_key, b"session", salt))

    def subkey(self, label: bytes) -> bytes:
        """A 32-byte subkey.

        In use: `metadata`, `samples`, `mix/...`, `coarse/...`, `payload`, `payload/...`."""
        return derive(self.key, label)

    def tile_permutation(self, index: int, count: int) -> NDArray[np.int64]:
        """A uniformly random permutation of 0..count-1 for the tile of this index: int64 (count,).

        Element i gets the i-th little-endian u64 of the keystream with its lowest bits replaced
        by i; sorting puts the elements in order of their random high bits. For a tile's 200,000
        elements 46 random bits remain, so a tie (which falls back to index order) has a
        probability of 3e-4 in the whole tile: no bias that could be used.

        Raises:
            ValueError: a negative index, or a count outside 1..2^32.
        """
        if not 1 <= count <= 1 << 32:
            raise ValueError(f"cannot permute {count} elements")
        stream = keystream(self._tile_key(b"permutation", index), 8 * count)
        mask = np.uint64((1 << (count - 1).bit_length()) - 1)
        words = np.frombuffer(stream, "<u8").astype(np.uint64)
        words &= ~mask
        words |= np.arange(count, dtype=np.uint64)
        words.sort()
        words &= mask
        return words.view(np.int64)

    def tile_signs(self, index: int, count: int) -> NDArray[np.int8]:
        """Two independent vectors of random signs, +1 or -1, for a tile: int8 (2, count).

        Bit k of the keystream (lowest bit of each byte first) is element k of the two vectors
        laid end to end; a set bit means -1.

        Raises:
            ValueError: a negative index or count.
        """
        stream = keystream(self._tile_key(b"signs", index), (2 * count + 7) // 8)
        packed = np.frombuffer(stream, np.uint8)
        bits = np.unpackbits(packed, count=2 * count, bitorder="little").view(np.int8)
        return (1 - 2 * bits).reshape(2, count)

    def sample_mac(self, image: NDArray[np.uint8], header_positions: NDArray[np.int64]) -> bytes:
        """MAC (16 bytes) over size and samples of an image whose header samples count as zero.

        Args:
            image: (H, W, 3) uint8 RGB.
            header_positions: indices into the flattened image.
        """
        height, width, _ = image.shape
        samples = image.flatten()
        samples[header_positions] = 0
        size = struct.pack(">II", width, height)
        return mac(self.subkey(b"samples"), SAMPLE_MAC_BYTES, size, samples.data)

    def _tile_key(self, purpose: bytes, index: int) -> bytes:
        if index < 0:
            raise ValueError(f"tile index {index} is negative")
        return self.subkey(b"mix/" + purpose + struct.pack(">I", index))
