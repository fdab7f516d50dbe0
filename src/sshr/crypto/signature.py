"""Ed25519 signatures (RFC 8032) over labelled parts, and who cannot have made one."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sshr.crypto.curves import edwards_fault


def public_of(signer: bytes) -> bytes:
    """The raw Ed25519 public key of a private one, 32 bytes each."""
    return Ed25519PrivateKey.from_private_bytes(signer).public_key().public_bytes_raw()


def signature_of(signer: bytes, label: bytes, *parts: bytes) -> bytes:
    """64 bytes under a raw Ed25519 private key.

    Args:
        label: of a kind of thing that is signed; none is the beginning of another.
        parts: all but one of a fixed length, or such that they state their own.
    """
    message = label + public_of(signer) + b"".join(parts)
    return Ed25519PrivateKey.from_private_bytes(signer).sign(message)


def is_signed_by(public: bytes, signature: bytes, label: bytes, *parts: bytes) -> bool:
    """Whether `signature_of` has made this with the private key of a raw Ed25519 public one.

    Nobody has signed with a key that has a fault: anybody could have.
    """
    try:
        if edwards_fault(public):
            return False
        message = label + public + b"".join(parts)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
