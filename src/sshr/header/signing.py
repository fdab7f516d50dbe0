"""A sender's Ed25519 signature (RFC 8032) over everything that makes one stego what it is.

It covers the reference's key, salt, sizes, ephemeral key and slots, and the metadata with the
sample MAC, so neither the picture nor its readers can be exchanged under it. It lies inside the
sealed metadata: only a reader learns who has signed.
"""

import dataclasses

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sshr.crypto.identity import sender_fingerprint
from sshr.crypto.keys import KEY_BYTES, VERSION_LABEL
from sshr.errors import SignatureError
from sshr.header.metadata import SIGNATURE_BYTES, Metadata

_LABEL = VERSION_LABEL + b"signature"


def reserved(metadata: Metadata) -> Metadata:
    """The record with room for a signature: as long as the signed one, and what is signed of it."""
    return dataclasses.replace(metadata, signature=bytes(SIGNATURE_BYTES))


def packed_length(metadata: Metadata, with_signature: bool) -> int:
    """Bytes of the record as it will be sealed."""
    return len((reserved(metadata) if with_signature else metadata).pack())


def signed(metadata: Metadata, signer: bytes, reference_key: bytes, before: bytes) -> Metadata:
    """The record with its signature.

    Args:
        metadata: complete, with the true sample MAC.
        signer: raw Ed25519 private key, 32 bytes.
        reference_key: 32 bytes.
        before: the unmasked stream that precedes the ciphertext.
    """
    private = Ed25519PrivateKey.from_private_bytes(signer)
    public = private.public_key().public_bytes_raw()
    signature = private.sign(_message(metadata, public, reference_key, before))
    return dataclasses.replace(metadata, signature=public + signature)


def verified_sender(metadata: Metadata, reference_key: bytes, before: bytes) -> bytes | None:
    """The raw Ed25519 public key of the one who signed, or None where nobody did.

    Raises:
        SignatureError: the signature is not valid.
    """
    if not metadata.signature:
        return None
    public, signature = metadata.signature[:KEY_BYTES], metadata.signature[KEY_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            signature, _message(metadata, public, reference_key, before)
        )
    except (InvalidSignature, ValueError) as error:
        raise SignatureError("the stego's signature is not valid; do not trust it") from error
    return public


def require_sender(found: bytes | None, wanted: bytes | None) -> None:
    """Refuse a stego that does not come from the sender who was asked for, if one was.

    Args:
        found, wanted: raw Ed25519 public keys, or None.

    Raises:
        SignatureError: nobody has signed, or somebody else has.
    """
    if wanted is None or found == wanted:
        return
    signed_by = "by nobody" if found is None else f"by another key ({sender_fingerprint(found)})"
    raise SignatureError(
        f"the stego is signed {signed_by}, not by the sender asked for; do not trust it"
    )


def _message(metadata: Metadata, public: bytes, reference_key: bytes, before: bytes) -> bytes:
    """All parts but the last two have one length, and `before` states its own sizes."""
    return _LABEL + public + reference_key + before + reserved(metadata).pack()
