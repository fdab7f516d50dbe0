"""A sender's Ed25519 signature (RFC 8032) over everything that makes one stego what it is.

It covers the reference's key, salt, sizes, ephemeral key and slots, the metadata and all samples,
so neither the picture nor its readers can be exchanged under it. It is masked by the session: only
a reader learns who has signed.
"""

from sshr.crypto.identity import sender_fingerprint
from sshr.crypto.keys import VERSION_LABEL
from sshr.crypto.signature import is_signed_by
from sshr.errors import DamagedError, SignatureError

STEGO = VERSION_LABEL + b"signature"
"""Label of what is signed in a stego; another one for each other thing that is signed."""


def check_signature(public: bytes, signature: bytes, label: bytes, *parts: bytes) -> None:
    """Refuse a signature that is not valid.

    Raises:
        SignatureError: see `is_signed_by`.
    """
    if not is_signed_by(public, signature, label, *parts):
        raise SignatureError("the stego's signature is not valid; do not trust it")


def require_sender(found: bytes | None, wanted: bytes | None, intact: bool = True) -> None:
    """Refuse a stego that does not come from the sender who was asked for, if one was.

    Args:
        found, wanted: raw Ed25519 public keys, or None.
        intact: whether the stego is as it was signed; otherwise nobody vouches for it.

    Raises:
        DamagedError: the stego has been changed.
        SignatureError: nobody has signed, or somebody else has.
    """
    if wanted is None or found == wanted:
        return
    if not intact:
        raise DamagedError(
            "the stego has been changed since it was written, so nobody vouches for it "
            "(refused by --sender)"
        )
    signed_by = "by nobody" if found is None else f"by another key ({sender_fingerprint(found)})"
    raise SignatureError(
        f"the stego is signed {signed_by}, not by the sender asked for; do not trust it"
    )
