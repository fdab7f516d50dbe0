"""X25519 keys of other programs: taken where they are such keys, refused in words otherwise."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sshr.crypto.identity import PublicKey
from sshr.crypto.pem import is_pem, private_from_pem, public_from_pem
from sshr.errors import KeyFileError

OWN = x25519.X25519PrivateKey.from_private_bytes(bytes([9]) * 32)
SIGNING = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)


def private(key: x25519.X25519PrivateKey | ed25519.Ed25519PrivateKey, word: bytes = b"") -> str:
    lock = BestAvailableEncryption(word) if word else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock).decode()


def public(key: x25519.X25519PrivateKey | ed25519.Ed25519PrivateKey) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


def never() -> bytes:
    raise AssertionError("asked for a passphrase")


def test_pem_is_recognised() -> None:
    assert is_pem(private(OWN))
    assert is_pem("some words\n" + public(OWN))
    assert not is_pem("sshr1qqq")


def test_pair_is_taken() -> None:
    shared = PublicKey(OWN.public_key().public_bytes_raw())
    assert public_from_pem(public(OWN)) == shared
    own = private_from_pem(private(OWN), never)
    assert (own.public, own.signing, own.exchange) == (shared, None, bytes([9]) * 32)
    assert private_from_pem(private(OWN, b"word"), lambda: b"word") == own


BEGIN = "-----BEGIN {0}-----\nAAAA\n-----END {0}-----\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (private(OWN), "it is a private key; give the public one"),
        (private(OWN, b"word"), "it is a private key; give the public one"),
        (public(SIGNING), "another kind of key; only X25519"),
        (BEGIN.format("OPENSSH PRIVATE KEY"), "it is a private key; give the public one"),
        (BEGIN.format("RSA PRIVATE KEY"), "an RSA key"),
        (BEGIN.format("CERTIFICATE"), "PEM of another kind"),
        (BEGIN.format("PUBLIC KEY"), "damaged"),
    ],
)
def test_no_public_key(text: str, words: str) -> None:
    with pytest.raises(KeyFileError, match=words):
        public_from_pem(text)


@pytest.mark.parametrize(
    ("text", "ask", "words"),
    [
        (public(OWN), never, "it is a public key; give the private one"),
        (private(SIGNING), never, "another kind of key; only X25519"),
        (private(OWN, b"word"), lambda: b"Word", "the passphrase does not open this key"),
        (BEGIN.format("OPENSSH PRIVATE KEY"), never, "the OpenSSH key is damaged"),
        (BEGIN.format("PRIVATE KEY"), never, "unknown kind"),
    ],
)
def test_no_private_key(text: str, ask: Callable[[], bytes], words: str) -> None:
    with pytest.raises(KeyFileError, match=words):
        private_from_pem(text, ask)
