"""What the keyed mix of a tile draws from the session: permutations, signs and filler.

Sender and receiver agree on permutations and signs on any machine and with any library version, so
both are defined on ChaCha20 keystream (RFC 8439) alone.
"""

import struct
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import keystream
from sshr.crypto.session import Session

_HIGHEST = np.uint16
_TOP = slice(3, None, 4) if sys.byteorder == "little" else slice(0, None, 4)
"""Where the highest 16 bits of a u64 stand."""

SIGN_VECTORS = 9
"""Of a tile: 128 bits and more for the smallest group of the mix, which has 16 coefficients."""


def tile_permutation(session: Session, index: int, sizes: Sequence[int]) -> NDArray[np.int64]:
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
    stream = keystream(_tile_key(session, b"permutation", index), 8 * count)
    mask = np.uint64((1 << (count - 1).bit_length()) - 1)
    words = np.frombuffer(stream, "<u8").astype(np.uint64)
    words &= ~mask
    words |= np.arange(count, dtype=np.uint64)
    for end, size in zip(np.cumsum(sizes), sizes, strict=True):
        group = words[end - size : end]
        # By their highest bits first, which a radix sort does; what is left to do is close by.
        group[:] = group[group.view(_HIGHEST)[_TOP].argsort(kind="stable")]
        group.sort(kind="stable")
    words &= mask
    return words.view(np.int64)


def tile_noise(session: Session, index: int, count: int) -> NDArray[np.float32]:
    """Gaussian noise of deviation one for a tile, fp32 (count,); no receiver needs the same.

    Raises:
        ValueError: a negative index or count.
    """
    if count < 0:
        raise ValueError(f"cannot draw {count} numbers")
    pairs = -(-count // 2)
    stream = keystream(_tile_key(session, b"noise", index), 16 * pairs)
    radius, angle = (np.frombuffer(stream, "<u8").reshape(2, -1) + 0.5) / 2.0**64
    length = np.sqrt(-2 * np.log(radius))
    turn = 2 * np.pi * angle
    both = np.concatenate([length * np.cos(turn), length * np.sin(turn)])
    return both[:count].astype(np.float32)


def tile_signs(session: Session, index: int, count: int) -> NDArray[np.int8]:
    """Nine independent vectors of random signs, +1 or -1, for a tile: int8 (9, count).

    Bit k of the keystream (lowest bit of each byte first) is element k of the nine vectors
    laid end to end; a set bit means -1.

    Raises:
        ValueError: a negative index or count.
    """
    stream = keystream(_tile_key(session, b"signs", index), (SIGN_VECTORS * count + 7) // 8)
    packed = np.frombuffer(stream, np.uint8)
    bits = np.unpackbits(packed, count=SIGN_VECTORS * count, bitorder="little").view(np.int8)
    return (1 - 2 * bits).reshape(SIGN_VECTORS, count)


def _tile_key(session: Session, purpose: bytes, index: int) -> bytes:
    if index < 0:
        raise ValueError(f"tile index {index} is negative")
    return session.subkey(b"mix/" + purpose + struct.pack(">I", index))
