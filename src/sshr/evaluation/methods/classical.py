"""The classical peer: a lossy codec, an AEAD and digits to base m around the reference's samples.

Every sample of the stego is the level nearest to the reference's whose remainder modulo m is the
next digit of the ciphertext, so the change is known beforehand, (m^2 - 1) / 12 in variance for odd
m, and the receiver needs no reference. The secret is coded as well as the capacity allows, by JPEG
2000 or AVIF, whichever is nearer to it. Nothing is left after the first changed digit.
"""

import math
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from numpy.typing import NDArray
from PIL import Image

from sshr.crypto.keys import derive, mac
from sshr.errors import DamagedError, UsageError
from sshr.evaluation.methods.method import MethodEntry, Samples, as_levels
from sshr.metrics import psnr
from sshr.types import Rgb8

_NONCE, _TAG, _LENGTH = 12, 16, 4
_WORD_BITS = 62  # of the integers in which digits and bits are exchanged


@dataclass(frozen=True)
class Classical:
    """The method for one base m; see `Method`."""

    base: int

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

    def capacity(self, samples: int) -> int:
        """Bytes that so many samples hold, those of nonce, length and tag not counted."""
        digits, bits = _word(self.base)
        return samples // digits * bits // 8 - _NONCE - _LENGTH - _TAG

    def _conceal(self, secret: Rgb8, reference: Rgb8, key: bytes) -> Rgb8:
        room = self.capacity(reference.size)
        coded = best_code(secret, room)
        # The nonce depends on the text, so that equal arguments give equal stegos and no nonce
        # ever serves two texts.
        nonce = mac(derive(key, b"classical/nonce"), _NONCE, coded)
        length = _LENGTH.to_bytes(1, "big") + len(coded).to_bytes(_LENGTH - 1, "big")
        sealed = self._cipher(key).encrypt(nonce, coded.ljust(room, b"\0"), length)
        message = nonce + length + sealed
        return embed(reference, digits_of(message, self.base, reference.size), self.base)

    def _reveal(self, stego: Rgb8, key: bytes) -> Rgb8:
        room = self.capacity(stego.size)
        size = _NONCE + _LENGTH + room + _TAG
        message = bytes_of(stego.reshape(-1) % self.base, self.base, size)
        nonce, length = message[:_NONCE], message[_NONCE : _NONCE + _LENGTH]
        try:
            text = self._cipher(key).decrypt(nonce, message[_NONCE + _LENGTH :], length)
        except InvalidTag:
            raise DamagedError("the digits do not open: changed, or another key") from None
        with Image.open(BytesIO(text[: int.from_bytes(length[1:], "big")])) as image:
            return np.array(image.convert("RGB"))

    @staticmethod
    def _cipher(key: bytes) -> ChaCha20Poly1305:
        return ChaCha20Poly1305(derive(key, b"classical/payload"))


def classical(base: str) -> MethodEntry:
    """The peer with digits to this base.

    Raises:
        UsageError: not a base between 2 and 32.
    """
    if not base.isdigit() or not 2 <= int(base) <= 32:
        raise UsageError(f"classical:{base}: the base of the digits must be from 2 to 32")
    return MethodEntry(f"classical:{int(base)}", Classical(int(base)), f"base {int(base)}")


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


def best_code(secret: Rgb8, room: int) -> bytes:
    """The secret by JPEG 2000 or AVIF in at most `room` bytes, whichever is nearer to it.

    Raises:
        UsageError: not even the worst quality fits.
    """
    tried = (_jpeg2000(secret, room, True), _jpeg2000(secret, room, False), _avif(secret, room))
    codes = [code for code in tried if code is not None]
    if not codes:
        raise UsageError(f"{room} bytes are too few for any codec")
    return max(codes, key=lambda code: psnr(_decoded(code), secret))


def _jpeg2000(secret: Rgb8, room: int, irreversible: bool) -> bytes | None:
    """At the lowest rate of compression that fits, found by halving; reversible can be lossless."""

    def encoded(rate: float) -> bytes:
        return _encoded(
            secret,
            "JPEG2000",
            quality_mode="rates",
            quality_layers=[rate],
            irreversible=irreversible,
            mct=1,
        )

    low, high = 1.0, 200.0  # too large a file as a rule, and one that is surely small enough
    best = encoded(low)
    if len(best) <= room:
        return best
    best = encoded(high)
    if len(best) > room:
        return None
    for _ in range(8):
        rate = math.sqrt(low * high)
        code = encoded(rate)
        low, high, best = (low, rate, code) if len(code) <= room else (rate, high, best)
    return best


def _avif(secret: Rgb8, room: int) -> bytes | None:
    low, high, best = 0, 101, None  # qualities: one that fits if any does, one that does not
    while high - low > 1:
        middle = (low + high) // 2
        code = _encoded(secret, "AVIF", quality=middle, subsampling="4:4:4", speed=8)
        low, high, best = (middle, high, code) if len(code) <= room else (low, middle, best)
    return best


def _encoded(secret: Rgb8, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    Image.fromarray(secret).save(buffer, kind, **options)
    return buffer.getvalue()


def _decoded(code: bytes) -> Rgb8:
    with Image.open(BytesIO(code)) as image:
        return np.array(image.convert("RGB"))
