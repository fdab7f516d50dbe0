"""The header stream, prefix and body, as bytes: sealing and opening in the order of the checks.

Uniformly random to anyone without the reference: salt and tag are, and all the rest is masked.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.constant_time import bytes_eq

from sshr.crypto.keys import KEY_BYTES, VERSION_LABEL, derive, xor
from sshr.crypto.session import Session
from sshr.errors import DamagedError, NewerVersionError, NothingFoundError, WrongKeyError
from sshr.header.correction import protect, repaired
from sshr.header.layout import (
    BUCKET_BYTES,
    COMMITMENT_BYTES,
    OUTER_MAC_BYTES,
    PREFIX_BYTES,
    SALT_BYTES,
    SALT_TAG_BYTES,
    SLOT_BYTES,
    VERSION,
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
    """What the first 30 bytes say."""

    salt: bytes
    bucket: Bucket
    masked: bytes


@dataclass(frozen=True)
class Body:
    """What the outer MAC vouches for.

    Attributes:
        commitment: `commitment` of the file key that the sender meant.
        before: all that precedes the ciphertext, unmasked.
    """

    slots: Slots
    commitment: bytes
    before: bytes
    ciphertext: bytes


def encode_stream(
    reference_key: ReferenceKey, before: bytes, bucket: Bucket, session: Session, metadata: bytes
) -> bytes:
    """The whole stream. A session's metadata key must seal once only.

    Args:
        before: `before_ciphertext`.
        bucket: of the metadata, which are not padded yet.
    """
    salt = before[:SALT_BYTES]
    aead = ChaCha20Poly1305(session.subkey(b"metadata"))
    stream = before + aead.encrypt(NONCE, bucket.pad(metadata), VERSION_LABEL + before)
    stream += reference_key.outer_mac(salt, stream)
    if bucket.ecc:
        body = protect(stream[PREFIX_BYTES:], bucket.body_bytes)
        stream = stream[:PREFIX_BYTES] + body
    return _masked(reference_key, salt, stream)


def before_ciphertext(
    reference_key: ReferenceKey, salt: bytes, slots: Slots, bucket: Bucket, file_key: bytes
) -> bytes:
    """What precedes the ciphertext, unmasked."""
    packed = bucket.pack()
    before = salt + reference_key.salt_tag(salt)
    before += packed + reference_key.bucket_tag(salt, packed)
    before += slots.ephemeral + b"".join(slots.wrapped)
    return before + commitment(file_key, salt)


def commitment(file_key: bytes, salt: bytes) -> bytes:
    """16 bytes that no two file keys share, so that a slot cannot mean another one to each reader.

    ChaCha20-Poly1305 alone would let one slot open under two keys, to two file keys.
    """
    return derive(file_key, b"commitment", salt)[:COMMITMENT_BYTES]


def open_prefix(reference_key: ReferenceKey, data: bytes) -> Prefix:
    """Read the first 30 bytes.

    Raises:
        NothingFoundError: the salt tag is wrong.
        DamagedError: the sizes have been changed.
        NewerVersionError: they are of a version to come.
    """
    salt, tag = data[:SALT_BYTES], data[SALT_BYTES:_MASKED_FROM]
    if not bytes_eq(tag, reference_key.salt_tag(salt)):
        raise NothingFoundError(
            "the image looks like the reference but holds nothing for it; if it should, "
            "use the sender's reference file itself, not a re-saved copy"
        )
    clear = _masked(reference_key, salt, data)[_MASKED_FROM:]
    packed, bucket_tag = clear[:BUCKET_BYTES], clear[BUCKET_BYTES:]
    if not bytes_eq(bucket_tag, reference_key.bucket_tag(salt, packed)):
        raise damaged()
    if packed[0] > VERSION:
        raise NewerVersionError(
            f"the stego was made by a newer sshr (its format has version {packed[0]}, this one "
            f"reads {VERSION}); update sshr and retry"
        )
    try:
        return Prefix(salt, Bucket.unpack(packed), data)
    except ValueError as error:
        raise damaged() from error


def open_body(reference_key: ReferenceKey, prefix: Prefix, data: bytes) -> Body:
    """Unmask and authenticate what follows the prefix; no passphrase or private key is touched.

    Raises:
        DamagedError: the outer MAC is wrong.
    """
    stream = _masked(reference_key, prefix.salt, prefix.masked + data)
    if prefix.bucket.ecc:
        body = repaired(stream[PREFIX_BYTES:])
        if body is None:
            raise damaged()
        stream = stream[:PREFIX_BYTES] + body
    stream, outer = stream[:-OUTER_MAC_BYTES], stream[-OUTER_MAC_BYTES:]
    if not bytes_eq(outer, reference_key.outer_mac(prefix.salt, stream)):
        raise damaged()
    end = PREFIX_BYTES + KEY_BYTES
    ephemeral, wrapped = stream[PREFIX_BYTES:end], []
    for _ in range(prefix.bucket.slots):
        wrapped.append(stream[end : end + SLOT_BYTES])
        end += SLOT_BYTES
    after = end + COMMITMENT_BYTES
    slots = Slots(ephemeral, tuple(wrapped))
    return Body(slots, stream[end:after], stream[:after], stream[after:])


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
