"""The header stream as bytes: sealing and opening its parts in the order of the checks.

Uniformly random to anyone without the reference: salt and tag are, and all the rest is masked.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.constant_time import bytes_eq

from sshr.crypto.keys import KEY_BYTES, VERSION_LABEL, xor
from sshr.crypto.session import Session
from sshr.errors import DamagedError, NothingFoundError, WrongKeyError
from sshr.header.correction import protect, repaired
from sshr.header.layout import (
    OUTER_MAC_BYTES,
    PREFIX_BYTES,
    SALT_BYTES,
    SALT_TAG_BYTES,
    SLOT_BYTES,
    Bucket,
    unpad,
)
from sshr.header.reference import ReferenceKey
from sshr.header.slots import NONCE, Slots

_MASKED_FROM = SALT_BYTES + SALT_TAG_BYTES


def damaged() -> DamagedError:
    """The outcome of every change to a header after its salt tag."""
    return DamagedError(
        "the stego was made for this reference but has been changed since; "
        "ask for the file exactly as it was written"
    )


@dataclass(frozen=True)
class Prefix:
    """What the first 27 bytes say; `whole`: they were read as they are here."""

    salt: bytes
    bucket: Bucket
    masked: bytes
    whole: bool = True


@dataclass(frozen=True)
class Body:
    """What the outer MAC vouches for.

    Attributes:
        before: all that precedes the ciphertext, unmasked.
        repaired: whether some of it had been changed.
    """

    slots: Slots
    before: bytes
    ciphertext: bytes
    repaired: bool


def encode_stream(
    reference_key: ReferenceKey,
    salt: bytes,
    slots: Slots,
    session: Session,
    metadata: bytes,
    ecc: bool = False,
) -> bytes:
    """The whole stream. A session's metadata key must seal once only.

    Args:
        ecc: check bytes are added, so that some changes of the stream can be undone.
    """
    bucket = Bucket.holding(len(metadata), len(slots.wrapped), ecc)
    before = before_ciphertext(reference_key, salt, slots, bucket)
    aead = ChaCha20Poly1305(session.subkey(b"metadata"))
    stream = before + aead.encrypt(NONCE, bucket.pad(metadata), VERSION_LABEL + before)
    stream += reference_key.outer_mac(salt, stream)
    if ecc:
        body = protect(stream[PREFIX_BYTES:], bucket.body_bytes)
        stream = stream[:PREFIX_BYTES] + body
    return _masked(reference_key, salt, stream)


def before_ciphertext(
    reference_key: ReferenceKey, salt: bytes, slots: Slots, bucket: Bucket
) -> bytes:
    """What precedes the ciphertext, unmasked."""
    before = salt + reference_key.salt_tag(salt) + bucket.pack() + slots.ephemeral
    return before + b"".join(slots.wrapped)


def open_prefix(reference_key: ReferenceKey, data: bytes) -> Prefix:
    """Read the first 27 bytes.

    Raises:
        NothingFoundError: the salt tag is wrong.
        DamagedError: the sizes make no sense.
    """
    salt, tag = data[:SALT_BYTES], data[SALT_BYTES:_MASKED_FROM]
    if not bytes_eq(tag, reference_key.salt_tag(salt)):
        raise NothingFoundError(
            "the image looks like the reference but holds nothing for it; if it should, "
            "use the sender's reference file itself, not a re-saved copy"
        )
    try:
        return Prefix(salt, Bucket.unpack(unmasked_bucket(reference_key, salt, data)), data)
    except ValueError as error:
        raise damaged() from error


def unmasked_bucket(reference_key: ReferenceKey, salt: bytes, data: bytes) -> bytes:
    """The packed bucket in a prefix of 27 bytes."""
    return _masked(reference_key, salt, data)[_MASKED_FROM:]


def open_body(reference_key: ReferenceKey, prefix: Prefix, data: bytes) -> Body:
    """Unmask and authenticate what follows the prefix; no passphrase or private key is touched.

    Raises:
        DamagedError: the outer MAC is wrong.
    """
    stream = _masked(reference_key, prefix.salt, prefix.masked + data)
    was_repaired = False
    if prefix.bucket.ecc:
        seen = stream[PREFIX_BYTES:]
        body = repaired(seen)
        if body is None:
            raise damaged()
        was_repaired = protect(body, len(seen)) != seen
        stream = stream[:PREFIX_BYTES] + body
    stream, outer = stream[:-OUTER_MAC_BYTES], stream[-OUTER_MAC_BYTES:]
    if not bytes_eq(outer, reference_key.outer_mac(prefix.salt, stream)):
        raise damaged()
    end = PREFIX_BYTES + KEY_BYTES
    ephemeral, wrapped = stream[PREFIX_BYTES:end], []
    for _ in range(prefix.bucket.slots):
        wrapped.append(stream[end : end + SLOT_BYTES])
        end += SLOT_BYTES
    return Body(Slots(ephemeral, tuple(wrapped)), stream[:end], stream[end:], was_repaired)


def open_metadata(session: Session, body: Body) -> bytes:
    """The metadata's bytes without their padding.

    Raises:
        WrongKeyError: the session is not the sender's.
        DamagedError: the sender padded it wrongly.
    """
    aead = ChaCha20Poly1305(session.subkey(b"metadata"))
    try:
        return unpad(aead.decrypt(NONCE, body.ciphertext, VERSION_LABEL + body.before))
    except InvalidTag as error:
        raise wrong_key() from error
    except ValueError as error:
        raise damaged() from error


def wrong_key() -> WrongKeyError:
    """The outcome of an intact header that the given keys do not open."""
    return WrongKeyError(
        "the passphrase or key does not open this stego; give exactly what the sender used"
    )


def _masked(reference_key: ReferenceKey, salt: bytes, stream: bytes) -> bytes:
    """Mask or unmask everything after the salt tag."""
    clear, rest = stream[:_MASKED_FROM], stream[_MASKED_FROM:]
    return clear + xor(rest, reference_key.mask(salt, len(rest)))
