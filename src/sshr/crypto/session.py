"""One stego's session: everything that derives from its random file key and salt.

The keyed mix needs random permutations and signs on which sender and receiver agree on any
machine and with any library version, so both are defined on ChaCha20 keystream (RFC 8439) alone.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import derive, keystream, mac

SAMPLE_MAC_BYTES = 16
SIGN_VECTORS = 9
"""Of a tile: 128 bits and more for the smallest group of the mix, which has 16 coefficients."""


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

        In use: `metadata`, `samples`, `mix/...`, `payload`, `payload/...`."""
        return derive(self.key, label)

    def tile_permutation(self, index: int, sizes: Sequence[int]) -> NDArray[np.int64]:
        """A uniformly random permutation within each group of a tile: int64 (sum of sizes,).

        The groups lie one after another. Element i gets the i-th little-endian u64 of the keystream
        with its lowest bits replaced by i; sorting a group puts its elements in order of their
        random high bits. For a tile's 200,000 elements 46 random bits remain, so a tie (which
        falls back to index order) has a probability of 3e-4 in the whole tile: no bias that could
        be used.

        Raises:
            ValueError: a negative index or size, or a sum outside 1..2^32.
        """
        count = sum(sizes)
        if not 1 <= count <= 1 << 32 or min(sizes) < 0:
            raise ValueError(f"cannot permute {count} elements")
        stream = keystream(self._tile_key(b"permutation", index), 8 * count)
        mask = np.uint64((1 << (count - 1).bit_length()) - 1)
        words = np.frombuffer(stream, "<u8").astype(np.uint64)
        words &= ~mask
        words |= np.arange(count, dtype=np.uint64)
        for end, size in zip(np.cumsum(sizes), sizes, strict=True):
            words[end - size : end].sort()
        words &= mask
        return words.view(np.int64)

    def tile_noise(self, index: int, count: int) -> NDArray[np.float32]:
        """Gaussian noise of deviation one for a tile, fp32 (count,); no receiver needs the same.

        Raises:
            ValueError: a negative index or count.
        """
        if count < 0:
            raise ValueError(f"cannot draw {count} numbers")
        pairs = -(-count // 2)
        stream = keystream(self._tile_key(b"noise", index), 16 * pairs)
        radius, angle = (np.frombuffer(stream, "<u8").reshape(2, -1) + 0.5) / 2.0**64
        length = np.sqrt(-2 * np.log(radius))
        turn = 2 * np.pi * angle
        both = np.concatenate([length * np.cos(turn), length * np.sin(turn)])
        return both[:count].astype(np.float32)

    def tile_signs(self, index: int, count: int) -> NDArray[np.int8]:
        """Nine independent vectors of random signs, +1 or -1, for a tile: int8 (9, count).

        Bit k of the keystream (lowest bit of each byte first) is element k of the nine vectors
        laid end to end; a set bit means -1.

        Raises:
            ValueError: a negative index or count.
        """
        stream = keystream(self._tile_key(b"signs", index), (SIGN_VECTORS * count + 7) // 8)
        packed = np.frombuffer(stream, np.uint8)
        bits = np.unpackbits(packed, count=SIGN_VECTORS * count, bitorder="little").view(np.int8)
        return (1 - 2 * bits).reshape(SIGN_VECTORS, count)

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
