"""Signatures: verified through an image, and bound to everything that makes a stego."""

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sshr.crypto.keys import Keys
from sshr.errors import SignatureError, UsageError
from sshr.header.drafts import KeyedDraft, TrailingDraft
from sshr.header.reader import read_header
from sshr.header.signing import signed, verified_sender
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


def test_everything_is_bound(metadata) -> None:
    key, before = bytes(32), bytes(range(200))
    record = signed(metadata, SEED, key, before)
    assert verified_sender(record, key, before) == PUBLIC
    for at in range(96):
        changed = bytearray(record.signature)
        changed[at] ^= 1
        with pytest.raises(SignatureError):
            verified_sender(dataclasses.replace(record, signature=bytes(changed)), key, before)
    for at in range(len(before)):
        other = before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :]
        with pytest.raises(SignatureError):
            verified_sender(record, key, other)
    with pytest.raises(SignatureError):
        verified_sender(record, b"\1" + key[1:], before)
    for change in ({"sample_mac": b"1" * 16}, {"secret_width": 1}, {"tile_scales": b"x"}):
        with pytest.raises(SignatureError):
            verified_sender(dataclasses.replace(record, **change), key, before)


def test_a_signing_key_of_another_length() -> None:
    with pytest.raises(UsageError, match="signing key must have 32 bytes"):
        Keys(signer=b"short")
