"""The classical peer: a picture codec, an AEAD and digits to base m around the reference's samples.

Every sample of the stego is the level nearest to the reference's whose remainder modulo m is the
next digit of the ciphertext, so the change is known beforehand, (m^2 - 1) / 12 in variance for odd
m, and the receiver needs no reference. The secret is coded as well as the capacity allows, by the
codecs of transport `sealed`. Nothing is left after the first changed digit.
"""

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from numpy.typing import NDArray

from sshr.crypto.keys import derive, mac
from sshr.errors import DamagedError, UsageError
from sshr.evaluation.methods.method import MethodEntry, Samples
from sshr.imaging.depth import as_levels
from sshr.transports.sealed.codecs import fitting, lossless
from sshr.transports.sealed.decoders import PictureCodec, Shape, decode
from sshr.types import Rgb8

LOSSLESS = "lossless"
_NONCE, _TAG, _LENGTH = 12, 16, 4
_WORD_BITS = 62  # of the integers in which digits and bits are exchanged


@dataclass(frozen=True)
class Classical:
    """The method; see `Method`.

    Attributes:
        bases: the first that holds the secret without loss is taken, or else the last.
    """

    bases: Sequence[int]

    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """The stegos as uint8."""
        pairs = zip(secrets, references, strict=True)
        return np.stack([self._conceal(secret, reference, key) for secret, reference in pairs])

    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """The secrets as they were coded.

        Raises:
            DamagedError: a digit has changed, or the key is another.
        """
        return np.stack([self._reveal(stego, key) for stego in as_levels(stegos)])

    def _conceal(self, secret: Rgb8, reference: Rgb8, key: bytes) -> Rgb8:
        message, base = seal(secret, key, {m: room_of(m, reference.size) for m in self.bases})
        return embed(reference, digits_of(message, base, reference.size), base)

    def _reveal(self, stego: Rgb8, key: bytes) -> Rgb8:
        for base in self.bases:
            message = bytes_of(stego.reshape(-1) % base, base, room_of(base, stego.size))
            with contextlib.suppress(DamagedError):
                return unseal(message, key, stego.shape)
        raise DamagedError("the digits do not open: changed, or another key")


def classical(base: str, device: str = "auto") -> MethodEntry:
    """The peer with digits to this base, or the smallest without loss (`lossless`).

    Raises:
        UsageError: not a base between 2 and 32.
    """
    if base == LOSSLESS:
        return MethodEntry(f"classical:{LOSSLESS}", Classical(range(2, 17)), LOSSLESS)
    if not base.isdigit() or not 2 <= int(base) <= 32:
        raise UsageError(f"classical:{base}: the base of the digits must be from 2 to 32")
    return MethodEntry(f"classical:{int(base)}", Classical([int(base)]), f"base {int(base)}")


def room_of(base: int, samples: int) -> int:
    """Bytes that so many samples hold."""
    digits, bits = _word(base)
    return samples // digits * bits // 8


def seal(secret: Rgb8, key: bytes, rooms: Mapping[int, int]) -> tuple[bytes, int]:
    """A picture as a message that fills its room in bytes, and which of the rooms that is.

    The first that holds the secret without loss is taken, or else the last.

    Raises:
        UsageError: it is too small for any codec.
    """
    code, spent = lossless(secret), _NONCE + _LENGTH + _TAG
    names = list(rooms)
    chosen = next((m for m in names if len(code.data) <= rooms[m] - spent), names[-1])
    room = rooms[chosen] - spent
    if len(code.data) > room:
        lossy = fitting(secret, room, len(code.data))
        if lossy is None:
            raise UsageError(f"{room} bytes are too few for any codec")
        code = lossy
    # The nonce depends on the text, so that equal arguments give equal stegos and no nonce
    # ever serves two texts.
    nonce = mac(derive(key, b"classical/nonce"), _NONCE, code.data)
    head = bytes([code.codec]) + len(code.data).to_bytes(_LENGTH - 1, "big")
    text = code.data.ljust(room, b"\0")
    return nonce + head + _cipher(key).encrypt(nonce, text, head), chosen


def unseal(message: bytes, key: bytes, shape: Shape) -> Rgb8:
    """Inverse of `seal`, for a picture of this shape.

    Raises:
        DamagedError: a bit has changed, or the key is another.
    """
    nonce, head = message[:_NONCE], message[_NONCE : _NONCE + _LENGTH]
    try:
        text = _cipher(key).decrypt(nonce, message[_NONCE + _LENGTH :], head)
    except InvalidTag:
        raise DamagedError("the message does not open: changed, or another key") from None
    return decode(PictureCodec(head[0]), text[: int.from_bytes(head[1:], "big")], shape)


def _cipher(key: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derive(key, b"classical/payload"))


def embed(reference: Rgb8, digits: NDArray[np.uint8], base: int) -> Rgb8:
    """Each sample moves to the nearest level within 0..255 whose remainder is its digit."""
    levels = reference.reshape(-1).astype(np.int16)
    up = (digits - levels) % base
    moved = levels + np.where(up > base // 2, up - base, up)
    moved += base * (moved < 0)
    moved -= base * (moved > 255)
    return moved.astype(np.uint8).reshape(reference.shape)


def digits_of(message: bytes, base: int, count: int) -> NDArray[np.uint8]:
    """`count` digits that hold the message, zeros after it."""
    digits, bits = _word(base)
    stream = np.unpackbits(np.frombuffer(message, np.uint8))
    padded = np.pad(stream, (0, -len(stream) % bits)).reshape(-1, bits)
    words = padded.astype(np.uint64) @ (np.uint64(1) << np.arange(bits, dtype=np.uint64))
    found = np.empty((len(words), digits), np.uint8)
    for place in range(digits):
        words, found[:, place] = np.divmod(words, np.uint64(base))
    flat = found.reshape(-1)[:count]
    return np.pad(flat, (0, count - len(flat)))


def bytes_of(digits: NDArray[np.uint8], base: int, size: int) -> bytes:
    """Inverse of `digits_of` for a message of `size` bytes; any digits give some bytes."""
    count, bits = _word(base)
    words = -(-8 * size // bits)
    found = np.zeros(words, np.uint64)
    places = digits[: words * count].reshape(words, count)
    for place in reversed(range(count)):
        found = found * np.uint64(base) + places[:, place]
    stream = found[:, None] >> np.arange(bits, dtype=np.uint64) & np.uint64(1)
    return np.packbits(stream.astype(np.uint8).reshape(-1)[: 8 * size]).tobytes()


def _word(base: int) -> tuple[int, int]:
    """How many digits a word holds, and how many bits they carry."""
    digits = int(_WORD_BITS / math.log2(base))
    return digits, int(digits * math.log2(base) + 1e-9)
