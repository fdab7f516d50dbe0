"""The seal: what a sender writes last, over all samples of the stego.

Its own samples are covered but for what depends on it (`HeaderCarrier.unsealed`), so nothing in a
stego can change unnoticed, by whoever. Seal tag 8 B; with a signature 64 B more, masked, over the
same samples.
"""

import struct

import numpy as np
from cryptography.hazmat.primitives.constant_time import bytes_eq
from numpy.typing import NDArray

from sshr.crypto.keys import keystream, mac, xor
from sshr.crypto.session import Session
from sshr.header.layout import SEAL_TAG_BYTES

_DIGEST_BYTES = 32


def sample_digest(session: Session, shape: tuple[int, ...], unsealed: NDArray[np.uint8]) -> bytes:
    """HMAC (32 bytes) over size and samples of an image.

    Args:
        shape: (H, W, 3).
        unsealed: its flat samples, as `HeaderCarrier.unsealed` gives them.
    """
    size = struct.pack(">II", shape[1], shape[0])
    return mac(session.subkey(b"samples"), _DIGEST_BYTES, size, unsealed.data)


def make_seal(session: Session, digest: bytes, signature: bytes) -> bytes:
    """The seal's bytes; a session's keys must make one only.

    Args:
        signature: 64 bytes, or none.
    """
    masked = xor(signature, keystream(session.subkey(b"signature"), len(signature)))
    return mac(session.subkey(b"seal"), SEAL_TAG_BYTES, digest, masked) + masked


def opened_seal(session: Session, digest: bytes, seal: bytes) -> bytes | None:
    """The signature in an image's seal, maybe empty; None where image or seal have been changed."""
    tag, masked = seal[:SEAL_TAG_BYTES], seal[SEAL_TAG_BYTES:]
    if not bytes_eq(tag, mac(session.subkey(b"seal"), SEAL_TAG_BYTES, digest, masked)):
        return None
    return xor(masked, keystream(session.subkey(b"signature"), len(masked)))
