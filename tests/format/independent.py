"""A second reader of the format, written from docs/format.md alone: numpy and `cryptography`.

It imports nothing of sshr. It opens header and metadata of every stego, repairs nothing, and reads
what a sealed one holds.
"""

import hashlib
import hmac
import struct
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


class Refused(Exception):
    """The outcome: nothing, newer, damaged, key, signature, mismatch."""


def hkdf(key: bytes, label: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, b"sshr-1/" + label).derive(key)


def mac(key: bytes, count: int, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")[:count]


def stream(key: bytes, count: int) -> bytes:
    return Cipher(ChaCha20(key, bytes(16)), None).encryptor().update(bytes(count))


def opened(key: bytes, data: bytes, aad: bytes | None) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), data, aad)
    except InvalidTag:
        return None


def argon(passphrase: str, salt: bytes) -> bytes:
    word = unicodedata.normalize("NFC", passphrase).encode()
    return Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=65536).derive(word)


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def samples_of(reference: np.ndarray, stego: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Reference and stego as the header sees them, and whether what packing leaves is right."""
    grey = all((reference[..., 0] == reference[..., c]).all() for c in (1, 2))
    rows, columns = reference.shape[0] // 2, 2 * (reference.shape[1] // 3)
    if not grey or min(rows, columns) < 64:
        return reference, stego, True
    if any((stego[..., 0] != stego[..., c]).any() for c in (1, 2)):
        return reference, stego, True
    shared, seen = packed(reference[..., 0]), packed(stego[..., 0])
    left = stego[..., 0].astype(int)
    own, expected = reference[..., 0].astype(int), left.copy()
    for x in range(columns // 2 * 3, left.shape[1]):
        expected[:, x] = own[:, x] + expected[:, x - 4] - own[:, x - 4]
    for y in range(rows * 2, left.shape[0]):
        expected[y] = own[y] + expected[y - 4] - own[y - 4]
    return shared, seen, bool((expected.clip(0, 255) == left).all())


def packed(grey: np.ndarray) -> np.ndarray:
    rows, columns = grey.shape[0] // 2, grey.shape[1] // 3
    blocks = grey[: rows * 2, : columns * 3].reshape(rows, 2, columns, 3).transpose(0, 2, 1, 3)
    found = np.empty((rows, columns, 2, 3), np.uint8)
    for side, places in enumerate((((0, 0), (0, 1), (1, 0)), ((0, 2), (1, 2), (1, 1)))):
        for channel, (y, x) in enumerate(places):
            found[:, :, side, channel] = blocks[:, :, y, x]
    return found.reshape(rows, columns * 2, 3)


def reference_key(samples: np.ndarray) -> bytes:
    head = b"sshr-ref-1" + struct.pack(">II", samples.shape[1], samples.shape[0])
    return hkdf(hashlib.sha256(head + samples.tobytes()).digest(), b"reference")


def keyed_places(k_ref: bytes, reference: np.ndarray) -> list[int]:
    """As many as are sorted: more than any header of the tests takes."""
    count = reference.size
    first = min(count // 2, 262144)
    words = np.frombuffer(stream(hkdf(k_ref, b"positions"), 8 * 4 * count), "<u8")
    drawn = dict.fromkeys(int(x) * count >> 64 for x in words.tolist())
    places = list(drawn)[:first]
    height, width, _ = reference.shape
    edged = np.pad(reference.astype(int), ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = [
        edged[1 + y : 1 + y + height, 1 + x : 1 + x + width]
        for y in (-1, 0, 1)
        for x in (-1, 0, 1)
        if (y, x) != (0, 0)
    ]
    spread = np.max(around, axis=0) - np.min(around, axis=0)
    lively = sum((spread >= least).astype(int) for least in (2, 4, 8, 16)).reshape(-1)
    flat = reference.reshape(-1)
    lively[(flat == 0) | (flat == 255)] = 0
    return sorted(places, key=lambda place: -int(lively[place]))


@dataclass
class Header:
    """What a reader gets."""

    session: bytes
    metadata: dict[str, Any]
    intact: bool
    sender: bytes | None
    places: list[int] = field(repr=False)
    seal_bits: int = 0


class Bits:
    """Reads header bits from a carrier."""

    def __init__(self, samples: np.ndarray, places: list[int] | None) -> None:
        self.flat, self.places = samples.reshape(-1), places
        self.height, self.width, _ = samples.shape
        self.each = 1 if places is not None or self.flat.size < 97200 else 3

    def read(self, start: int, count: int) -> bytes:
        """Bits of prefix and body."""
        bits = []
        for i in range(start, start + count):
            if self.places is not None:
                bits.append(int(self.flat[self.places[i]]) & 1)
            else:
                end = self.flat.size - i * self.each
                bits.append(int(np.bitwise_xor.reduce(self.flat[end - self.each : end])) & 1)
        return np.packbits(bits).tobytes()

    def seal(self, start: int, count: int) -> tuple[bytes, bytes]:
        """The seal's bytes, and the unsealed samples."""
        unsealed = self.flat.copy()
        if self.places is not None:
            own = self.places[start : start + count]
            unsealed[own] &= 0xFE
            return np.packbits(self.flat[own] & 1).tobytes(), unsealed.tobytes()
        taken, bits = start * self.each, []
        squares = []
        rows = (self.flat.size - taken) // (3 * self.width) // 2 * 2
        for i in range(count):
            pair, column = divmod(i // 3, self.width // 2)
            at = 3 * ((rows - 2 - 2 * pair) * self.width + 2 * column) + i % 3
            squares.append([at, at + 3, at + 3 * self.width, at + 3 * self.width + 3])
        if min(min(square) for square in squares) < self.flat.size - self.flat.size // 2:
            squares = [[self.flat.size - taken - 1 - i] for i in range(count)]
        for square in squares:
            bit = int(self.flat[square[0]]) & 1
            bits.append(bit)
            for place, less in zip(square, (bit, 1 - bit, 1 - bit, bit), strict=False):
                unsealed[place] = (int(unsealed[place]) - less) % 256
        return np.packbits(bits).tobytes(), unsealed.tobytes()

    def has_room(self, stream_bits: int, seal_bits: int) -> bool:
        return stream_bits * self.each + seal_bits <= self.flat.size // 2


def read_header(
    stego: np.ndarray, reference: np.ndarray, passphrase: str | None, identity: bytes | None
) -> Header:
    """Open a header; both pictures are (H, W, 3) uint8 RGB."""
    if stego.shape != reference.shape:
        raise Refused("mismatch")
    shared, seen, rim = samples_of(reference, stego)
    difference = int(np.square(shared.astype(int) - seen).sum())
    if difference * 1000 > 65025 * shared.size:
        raise Refused("mismatch")
    k_ref = reference_key(shared)
    found = None
    for places in (keyed_places(k_ref, shared), None):
        bits = Bits(seen, places)
        if not bits.has_room(240, 0):
            continue
        prefix = bits.read(0, 240)
        if mac(hkdf(k_ref, b"salt tag"), 8, prefix[:16]) == prefix[16:24]:
            found = bits, prefix
    if found is None:
        raise Refused("nothing")
    header = _opened(*found, k_ref, passphrase, identity)
    if not rim:
        header.intact, header.sender = False, None
    return header


def _opened(
    bits: Bits, prefix: bytes, k_ref: bytes, passphrase: str | None, identity: bytes | None
) -> Header:
    salt = prefix[:16]
    mask = hkdf(k_ref, b"mask", salt)
    clear = prefix[:24] + xor(prefix[24:], stream(mask, 6))
    bucket = clear[24:28]
    if mac(hkdf(k_ref, b"bucket tag"), 2, salt + bucket) != clear[28:30]:
        raise Refused("damaged")
    version, shape, units = struct.unpack(">BBH", bucket)
    if version > 1:
        raise Refused("newer")
    if version < 1 or shape & 0x38 or shape & 7 > 4 or not units:
        raise Refused("damaged")
    slots, signed, coded = 1 << (shape & 7), bool(shape & 0x40), bool(shape & 0x80)
    length = 32 + 48 * slots + 16 + 16 * units + 16 + 16
    written = length + 8 * -(-length // 247) if coded else length
    seal_length = 72 if signed else 8
    if not bits.has_room(240 + 8 * written, 8 * seal_length):
        raise Refused("damaged")
    body = xor(bits.read(240, 8 * written), stream(mask, 6 + written)[6:])
    if coded:
        body = without_checks(body, length)
    plain, outer = clear + body[:-16], body[-16:]
    if mac(hkdf(k_ref, b"outer mac", salt), 16, plain) != outer:
        raise Refused("damaged")
    end = 62 + 48 * slots
    ephemeral, wrapped = plain[30:62], [plain[at : at + 48] for at in range(62, end, 48)]
    before, ciphertext = plain[: end + 16], plain[end + 16 :]
    file_key = unwrap(ephemeral, wrapped, salt, k_ref, passphrase, identity)
    if hkdf(file_key, b"commitment", salt)[:16] != before[end:]:
        raise Refused("key")
    session = hkdf(file_key + k_ref, b"session", salt)
    padded = opened(hkdf(session, b"metadata"), ciphertext, b"sshr-1/" + before)
    if padded is None:
        raise Refused("key")
    packed_metadata, marker, zeros = padded.rpartition(b"\x80")
    if not marker or zeros.strip(b"\0"):
        raise Refused("damaged")
    metadata = parse_metadata(packed_metadata)
    if bool(metadata["signer"]) != signed:
        raise Refused("damaged")
    seal, unsealed = bits.seal(240 + 8 * written, 8 * seal_length)
    size = struct.pack(">II", bits.width, bits.height)
    digest = mac(hkdf(session, b"samples"), 32, size + unsealed)
    intact = mac(hkdf(session, b"seal"), 8, digest + seal[8:]) == seal[:8]
    sender = None
    if intact and signed:
        sender = metadata["signer"]
        signature = xor(seal[8:], stream(hkdf(session, b"signature"), 64))
        message = b"sshr-1/signature" + sender + k_ref + before + packed_metadata + digest
        check_signature(sender, signature, message)
    places = (bits.places or [])[: 240 + 8 * (written + seal_length)]
    return Header(session, metadata, intact, sender, places, 8 * seal_length)


def without_checks(body: bytes, length: int) -> bytes:
    """The data of a coded body, whose check bytes must be right: this reader repairs nothing."""
    blocks = -(-len(body) // 255)
    for block in range(blocks):
        for root in range(8):
            value = 0
            for byte in body[block::blocks]:
                value = times_power(value, root) ^ byte
            if value:
                raise Refused("damaged")
    return body[:length]


def times_power(value: int, power: int) -> int:
    """A number of the field times a^power."""
    for _ in range(power):
        value <<= 1
        if value & 0x100:
            value ^= 0x11D
    return value


def unwrap(
    ephemeral: bytes,
    wrapped: list[bytes],
    salt: bytes,
    k_ref: bytes,
    passphrase: str | None,
    identity: bytes | None,
) -> bytes:
    parts, names, context = b"", [], b""
    if identity is None and len(wrapped) != 1:
        raise Refused("key")
    if identity is not None:
        if int.from_bytes(ephemeral, "little") >= P:
            raise Refused("key")
        own = X25519PrivateKey.from_private_bytes(identity)
        try:
            parts += own.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        except ValueError:
            raise Refused("key") from None
        names.append(b"recipient")
        context = ephemeral + own.public_key().public_bytes_raw()
    if passphrase is not None:
        parts += argon(passphrase, salt)
        names.append(b"passphrase")
    if not names:
        parts, names = k_ref, [b"reference"]
    key = hkdf(parts, b"slot/" + b"+".join(names) + b"/" + context, salt)
    for slot in wrapped:
        file_key = opened(key, slot, b"sshr-1/slot")
        if file_key is not None:
            return file_key
    raise Refused("key")


def parse_metadata(data: bytes) -> dict[str, Any]:
    try:
        names = ("checkpoint", "transport", "fit", "mode", "width", "height")
        found: dict[str, Any] = dict(zip(names, struct.unpack_from(">8sBBBII", data), strict=True))
        at = 19
        for name, width in (
            ("k_pub_s", 2), ("scales", 4), ("side", 4), ("signer", 1), ("note", 1)
        ):  # fmt: skip
            length = int.from_bytes(data[at : at + width], "big")
            if len(data) < at + width + length:
                raise ValueError(name)
            found[name] = data[at + width : at + width + length]
            at += width + length
        found["note"] = found["note"].decode()
        whole = at == len(data) and len(found["signer"]) in (0, 32)
        ranges = found["fit"] & 0x7F <= 2 and found["mode"] <= 3
        if not whole or not ranges or not found["width"] or not found["height"]:
            raise ValueError("range")
    except (struct.error, ValueError):
        raise Refused("damaged") from None
    return found


def edwards_is_sound(key: bytes) -> bool:
    y = int.from_bytes(key, "little") % 2**255
    if y >= P:
        return False
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    if pow(square, (P - 1) // 2, P) not in (0, 1):
        return False
    # Three doublings of a point of small order give y = 1; y alone suffices.
    for _ in range(3):
        x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        y = (y * y + x2) * pow(1 - D * x2 * y * y, -1, P) % P
    return y != 1


def check_signature(public: bytes, signature: bytes, message: bytes) -> None:
    if not edwards_is_sound(public):
        raise Refused("signature")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        raise Refused("signature") from None
