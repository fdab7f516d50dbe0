"""The header of a robust stego: as short as it can be, since it must survive most.

Salt 16 B, then masked by the reference's key: the ephemeral key and slots if there are recipients,
the sealed record, and a MAC of 8 B by which whoever has the reference knows it. Without recipients
the file key follows from passphrase, reference and salt, so there is nothing to wrap. With a
signature the record also holds digests of the layers, which it covers. The record's tag of 16 B is
an HMAC's, so it commits to the file key: no header opens under two.

Record, big-endian: version and kind u8, flags u8 (whether the network has a part, greyscale, then
the indices of design and level, by which the design is known), width and height of a picture or
the bytes of a payload u24 each, bytes of the base u16, its share u8, bytes of the refinement u24,
quarter decibels of its picture u8; with a signature two digests of 16 B and the signature of 96 B.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.constant_time import bytes_eq

from sshr.crypto.keys import (
    KEY_BYTES,
    VERSION_LABEL,
    Keys,
    derive,
    keystream,
    mac,
    stretch,
    xor,
)
from sshr.crypto.session import Session
from sshr.crypto.signature import public_of, signature_of
from sshr.errors import DamagedError, NewerVersionError
from sshr.header.layout import SALT_BYTES, SIGNATURE_BYTES, SLOT_BYTES
from sshr.header.metadata import CHECKPOINT_ID_BYTES, Metadata
from sshr.header.reference import ReferenceKey
from sshr.header.signing import check_signature
from sshr.header.slots import Slots, unwrap, wrap
from sshr.header.writer import Randomness
from sshr.imaging.limits import MAX_PIXELS
from sshr.transports.kind import Kind
from sshr.transports.robust.options import DESIGNS, LEVELS

CODE = 2
"""Names the transport in metadata."""

_VERSION = 1
_MAC_BYTES, _TAG_BYTES, _DIGEST_BYTES = 8, 16, 16
_RECORD = struct.Struct(">BB3s3sHB3sB")
_LABEL = VERSION_LABEL + b"robust header"
_SIGNED = VERSION_LABEL + b"robust signature"
_SIGNER_BYTES = KEY_BYTES + SIGNATURE_BYTES
_SLOTS = (0, 1, 2, 4, 8, 16)
_ANALOG, _GREY = 1, 2
_DESIGN, _LEVEL, _KNOWN = 2, 3, 31
"""Of the flags: shifts of what follows, and all bits that mean something."""


@dataclass(frozen=True)
class Record:
    """What the layers are.

    Attributes:
        size: height and width of a picture; (1, bytes) of a payload.
        base, refinement: bytes of the layers with their tags; 0 where there is none.
        share: see `Frame.base`.
        decibels: PSNR of the refinement's picture, or of the base's without one.
        analog: the network's part lies on top.
        greyscale: of a picture.
        digests: of both layers; empty without a signature.
        design, stego_psnr: of the sender's ground.
    """

    kind: Kind
    size: tuple[int, int]
    base: int
    share: int
    refinement: int = 0
    decibels: float = 0.0
    analog: bool = False
    greyscale: bool = False
    digests: bytes = b""
    design: str = DESIGNS[0]
    stego_psnr: float = LEVELS[0]

    def pack(self) -> bytes:
        flags = _ANALOG * self.analog | _GREY * self.greyscale
        flags |= DESIGNS.index(self.design) << _DESIGN | LEVELS.index(self.stego_psnr) << _LEVEL
        height, width = (side.to_bytes(3, "big") for side in self.size)
        level = min(max(round(4 * self.decibels), 0), 255)
        return (
            _RECORD.pack(
                *(_VERSION << 4 | self.kind, flags, width, height, self.base, self.share),
                *(self.refinement.to_bytes(3, "big"), level),
            )
            + self.digests
        )

    @classmethod
    def unpack(cls, data: bytes) -> "Record":
        """Inverse of `pack`.

        Raises:
            NewerVersionError: a version to come has written it.
            DamagedError: none at all.
        """
        if data and data[0] >> 4 > _VERSION:
            raise NewerVersionError("the stego was made by a newer sshr; update sshr and retry")
        try:
            fields = _RECORD.unpack(data[: _RECORD.size])
            first, flags, width, height, base, share, refinement, level = fields
            digests = data[_RECORD.size :]
            known = first >> 4 == _VERSION and flags <= _KNOWN
            if not known or len(digests) not in (0, 2 * _DIGEST_BYTES):
                raise ValueError("its header is none of this version")
            size = int.from_bytes(height, "big"), int.from_bytes(width, "big")
            if min(size) < 1 or size[0] * size[1] > MAX_PIXELS:
                raise ValueError("an impossible size")
            return cls(
                *(Kind(first & 15), size, base, share, int.from_bytes(refinement, "big")),
                *(level / 4, bool(flags & _ANALOG), bool(flags & _GREY), digests),
                *(DESIGNS[flags >> _DESIGN & 1], LEVELS[flags >> _LEVEL]),
            )
        except (ValueError, struct.error) as error:
            raise DamagedError(f"the robust stego cannot be read: {error}") from error


@dataclass(frozen=True)
class CompactHeader:
    """A header whose reader holds the keys; `sender` as in `OpenedHeader`, `raw` as it was sent."""

    session: Session
    record: Record
    sender: bytes | None
    raw: bytes = b""


class CompactWriter:
    """A sender's keys for one stego."""

    def __init__(self, key: ReferenceKey, keys: Keys, random: Randomness) -> None:
        self.key, self._keys, self._salt = key, keys, random(SALT_BYTES)
        self._slots: Slots | None = None
        if keys.recipients or keys.identity is not None:
            file_key = random(KEY_BYTES)
            self._slots = wrap(file_key, keys, key.key, self._salt, random)
        else:
            file_key = _own_key(keys, key, self._salt)
        self.session = Session.of(file_key, self._salt, key.key)
        self.file_key = file_key

    @property
    def slots_end(self) -> int:
        """Bytes before the sealed record."""
        if self._slots is None:
            return SALT_BYTES
        return SALT_BYTES + KEY_BYTES + len(self._slots.wrapped) * SLOT_BYTES

    @property
    def is_signed(self) -> bool:
        """Whether the header bears a signature."""
        return self._keys.signer is not None

    @property
    def size(self) -> int:
        """Bytes of the header."""
        slots = 0 if self._slots is None else len(self._slots.wrapped)
        return header_size(slots, self.is_signed)

    def write(self, record: Record, layers: tuple[bytes, bytes]) -> bytes:
        """The header's bytes.

        Args:
            layers: base and refinement as they are sent.
        """
        before = self._salt
        if self._slots is not None:
            before += self._slots.ephemeral + b"".join(self._slots.wrapped)
        plain = record.pack()
        if self._keys.signer is not None:
            record = replace(record, digests=b"".join(map(_digest, layers)))
            plain = record.pack()
            signature = signature_of(self._keys.signer, _SIGNED, self.key.key, before, plain)
            plain += public_of(self._keys.signer) + signature
        stream = before + _sealed(self.session, before, plain)
        stream += mac(derive(self.key.key, b"robust mac", self._salt), _MAC_BYTES, stream)
        return _masked(self.key, stream)


def sizes() -> Iterator[tuple[int, bool, int]]:
    """Slots, signature and bytes of every header that there can be, the usual ones first.

    Two slots are as long as a signature.
    """
    for slots in _SLOTS:
        for is_signed in (False, True):
            yield slots, is_signed, header_size(slots, is_signed)


def recognise(key: ReferenceKey, data: bytes) -> bytes | None:
    """The unmasked stream without its MAC, or None where this is no header for the reference."""
    stream = _masked(key, data)
    code = mac(derive(key.key, b"robust mac", data[:SALT_BYTES]), _MAC_BYTES, stream[:-_MAC_BYTES])
    return stream[:-_MAC_BYTES] if bytes_eq(code, stream[-_MAC_BYTES:]) else None


def open_compact(
    key: ReferenceKey, stream: bytes, slots: int, is_signed: bool, keys: Keys
) -> CompactHeader | None:
    """The header, or None where the keys do not open it.

    Raises:
        DamagedError: the record makes no sense.
        SignatureError: the signature is not valid.
    """
    salt, end = stream[:SALT_BYTES], SALT_BYTES
    if slots:
        end += KEY_BYTES + slots * SLOT_BYTES
        first = SALT_BYTES + KEY_BYTES
        wrapped = tuple(stream[at : at + SLOT_BYTES] for at in range(first, end, SLOT_BYTES))
        file_key = unwrap(Slots(stream[SALT_BYTES:first], wrapped), keys, key.key, salt)
    else:
        file_key = None if keys.identity is not None else _own_key(keys, key, salt)
    if file_key is None:
        return None
    return open_with(key, stream, end, is_signed, file_key)


def open_with(
    key: ReferenceKey, stream: bytes, end: int, is_signed: bool, file_key: bytes
) -> CompactHeader | None:
    """What follows once the file key is there; see `open_compact`."""
    before, salt = stream[:end], stream[:SALT_BYTES]
    session = Session.of(file_key, salt, key.key)
    hidden = stream[end:-_TAG_BYTES]
    plain = xor(hidden, _stream(session.subkey(b"metadata"), len(hidden)))
    if not bytes_eq(stream[end:], _sealed(session, before, plain)):
        return None
    packed, sender = plain, None
    if is_signed:
        packed, signature = plain[:-_SIGNER_BYTES], plain[-SIGNATURE_BYTES:]
        sender = plain[len(packed) :][:KEY_BYTES]
        check_signature(sender, signature, _SIGNED, key.key, before, packed)
    return CompactHeader(session, Record.unpack(packed), sender)


def metadata_of(record: Record) -> Metadata:
    """The record as every transport's metadata: what is signed, and what `describe` reads."""
    return Metadata(
        checkpoint_id=bytes(CHECKPOINT_ID_BYTES),
        secret_width=record.size[1],
        secret_height=record.size[0],
        transport=CODE,
        side_info=record.pack(),
    )


def digests_match(record: Record, index: int, layer: bytes) -> bool:
    """Whether a layer is what was signed, if anything was."""
    at = index * _DIGEST_BYTES
    return not record.digests or bytes_eq(record.digests[at:][:_DIGEST_BYTES], _digest(layer))


def seal_layer(session: Session, name: bytes, data: bytes) -> bytes:
    """A layer's bytes: encrypted, with a tag of 8 B."""
    key = session.subkey(b"payload/" + name)
    hidden = xor(data, _stream(key, len(data)))
    return hidden + mac(derive(key, b"tag"), _MAC_BYTES, hidden)


def open_layer(session: Session, name: bytes, layer: bytes) -> bytes | None:
    """Inverse of `seal_layer`, or None where the tag is wrong."""
    key = session.subkey(b"payload/" + name)
    hidden, tag = layer[:-_MAC_BYTES], layer[-_MAC_BYTES:]
    if not bytes_eq(tag, mac(derive(key, b"tag"), _MAC_BYTES, hidden)):
        return None
    return xor(hidden, _stream(key, len(hidden)))


LAYER_TAG = _MAC_BYTES
"""Bytes that `seal_layer` adds."""


def _sealed(session: Session, before: bytes, plain: bytes) -> bytes:
    """The record, encrypted, and its tag, which covers what stands before it too.

    Poly1305 would be right under as many keys as its message has blocks, if its maker wants that:
    one header for the secrets of two readers, or to learn which of some passphrases a reader has.
    """
    key = session.subkey(b"metadata")
    hidden = xor(plain, _stream(key, len(plain)))
    length = len(before).to_bytes(4, "big")
    return hidden + mac(derive(key, b"tag"), _TAG_BYTES, _LABEL, length, before, hidden)


def _stream(key: bytes, length: int) -> bytes:
    return keystream(derive(key, b"stream"), length)


def header_size(slots: int, is_signed: bool) -> int:
    """Bytes of a header; no slots where there are no recipients."""
    size = SALT_BYTES + (KEY_BYTES + slots * SLOT_BYTES if slots else 0)
    size += _RECORD.size + _TAG_BYTES + _MAC_BYTES
    return size + (2 * _DIGEST_BYTES + _SIGNER_BYTES if is_signed else 0)


def _own_key(keys: Keys, key: ReferenceKey, salt: bytes) -> bytes:
    """The file key of whoever needs no slot."""
    if keys.passphrase is None:
        return derive(key.key, b"robust/reference", salt)
    return derive(stretch(keys.passphrase, salt) + key.key, b"robust/passphrase", salt)


def _digest(layer: bytes) -> bytes:
    return hashlib.sha256(layer).digest()[:_DIGEST_BYTES]


def _masked(key: ReferenceKey, stream: bytes) -> bytes:
    clear, rest = stream[:SALT_BYTES], stream[SALT_BYTES:]
    return clear + xor(rest, key.mask(clear, len(rest)))
