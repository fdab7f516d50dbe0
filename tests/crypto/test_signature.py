"""Signatures over labelled parts; none under a key that is nobody's."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sshr.crypto.signature import is_signed_by, public_of, signature_of

SIGNER = bytes(range(32))
PUBLIC = public_of(SIGNER)


def test_it_is_a_plain_signature_of_label_key_and_parts() -> None:
    signature = signature_of(SIGNER, b"label/", b"one", b"two")
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(signature, b"label/" + PUBLIC + b"onetwo")
    assert is_signed_by(PUBLIC, signature, b"label/", b"one", b"two")


@pytest.mark.parametrize(
    ("public", "label", "part"),
    [
        (public_of(bytes(32)), b"label/", b"one"),
        (PUBLIC, b"other/", b"one"),
        (PUBLIC, b"label/", b"two"),
    ],
)
def test_another_key_label_or_part(public: bytes, label: bytes, part: bytes) -> None:
    assert not is_signed_by(public, signature_of(SIGNER, b"label/", b"one"), label, part)


@pytest.mark.parametrize("key", [b"\1" + bytes(31), bytes(32), b"\xff" * 32])
def test_nobody_signs_with_a_key_that_has_a_fault(key: bytes) -> None:
    """For the identity R = 1, S = 0 fits every message."""
    assert not is_signed_by(key, b"\1" + bytes(63), b"label/", b"anything")


def test_another_s_for_the_same_signature() -> None:
    """S + L names the same number; it has to be refused, or a signature had two writings."""
    order = 2**252 + 27742317777372353535851937790883648493
    signature = signature_of(SIGNER, b"label/")
    other = int.from_bytes(signature[32:], "little") + order
    assert not is_signed_by(PUBLIC, signature[:32] + other.to_bytes(32, "little"), b"label/")
