"""Signatures: verified through an image, and bound to everything that makes a stego."""

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sshr.crypto.keys import Keys
from sshr.crypto.signature import public_of, signature_of
from sshr.errors import DamagedError, SignatureError, UsageError
from sshr.header.drafts import KeyedDraft, TrailingDraft
from sshr.header.reader import read_header
from sshr.header.signing import STEGO, check_signature, require_sender
from sshr.header.writer import HeaderWriter

SEED = bytes([7]) * 32
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()


@pytest.mark.parametrize("trailing", [False, True])
@pytest.mark.parametrize("signer", [None, SEED])
def test_sender_through_an_image(signer, trailing, picture, rounder, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(signer=signer, reference_alone=True))
    if trailing:
        stego = sending.write(TrailingDraft(rounder(near)), metadata, ecc=True)
    else:
        stego = sending.write(KeyedDraft(near), metadata)
    opened = read_header(stego, reference, Keys(reference_alone=True))
    assert opened.sender == (PUBLIC if signer else None)
    assert opened.intact
    assert sending.reopen(stego).sender == opened.sender


def test_everything_is_bound() -> None:
    assert public_of(SEED) == PUBLIC
    parts = b"reference key", bytes(range(200)), b"digest"
    signature = signature_of(SEED, STEGO, *parts)
    check_signature(PUBLIC, signature, STEGO, *parts)
    for at in range(64):
        changed = signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
        with pytest.raises(SignatureError):
            check_signature(PUBLIC, changed, STEGO, *parts)
    for which, part in enumerate(parts):
        for at in range(len(part)):
            others = list(parts)
            others[which] = part[:at] + bytes([part[at] ^ 1]) + part[at + 1 :]
            with pytest.raises(SignatureError):
                check_signature(PUBLIC, signature, STEGO, *others)
    with pytest.raises(SignatureError):
        check_signature(PUBLIC, signature, STEGO + b"x", *parts)


def test_a_key_under_which_anything_is_signed_is_refused() -> None:
    """The identity point: R = 1, S = 0 is a signature of every message."""
    identity = b"\1" + bytes(31)
    with pytest.raises(SignatureError, match="not valid"):
        check_signature(identity, identity + bytes(32), STEGO, b"anything")


@pytest.mark.parametrize("carrier", ["keyed", "trailing"])
def test_nobody_is_named_beside_a_changed_picture(carrier, picture, rounder, metadata) -> None:
    reference, near = picture()
    sending = HeaderWriter.start(reference, Keys(signer=SEED, reference_alone=True))
    if carrier == "trailing":
        stego = sending.write(TrailingDraft(rounder(near)), metadata, ecc=True)
    else:
        stego = sending.write(KeyedDraft(near), metadata)
    assert read_header(stego, reference, Keys(sender=PUBLIC, reference_alone=True)).sender == PUBLIC
    stego[tuple(np.argwhere(~sending.reopen(stego).header)[0])] ^= 1
    opened = read_header(stego, reference, Keys(reference_alone=True))
    assert (opened.intact, opened.sender) == (False, None)
    with pytest.raises(DamagedError, match="nobody vouches for it"):
        read_header(stego, reference, Keys(sender=PUBLIC, reference_alone=True))


def test_who_was_asked_for() -> None:
    require_sender(None, None, intact=False)
    require_sender(PUBLIC, PUBLIC)
    with pytest.raises(SignatureError, match="by nobody"):
        require_sender(None, PUBLIC)
    with pytest.raises(SignatureError, match="by another key"):
        require_sender(bytes(32), PUBLIC)
    with pytest.raises(DamagedError, match="changed"):
        require_sender(None, PUBLIC, intact=False)


def test_a_signing_key_of_another_length() -> None:
    with pytest.raises(UsageError, match="signing key must have 32 bytes"):
        Keys(signer=b"short")
