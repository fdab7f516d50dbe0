"""Key pairs and the texts that stand for them."""

import random
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sshr.crypto import identity
from sshr.crypto.bech32 import encode
from sshr.crypto.identity import (
    PrivateKey,
    PublicKey,
    parse_private,
    parse_public,
    sender_fingerprint,
)
from sshr.crypto.keys import derive
from sshr.errors import KeyFileError

SEED = bytes(range(32))
OWN = PrivateKey.of_seed(SEED)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fast derivation; the true one is in the vectors."""
    monkeypatch.setattr(identity, "stretch", lambda word, salt: derive(word, b"quick", salt))


def test_no_secret_shows_in_a_representation() -> None:
    assert OWN.exchange.hex() not in repr(OWN)
    assert repr(OWN.exchange) not in repr(OWN)
    assert repr(OWN.signing) not in repr(OWN)


@pytest.mark.parametrize("exchange", [bytes(32), b"\1" + bytes(31)])
def test_points_of_low_order_are_no_keys(exchange: bytes) -> None:
    with pytest.raises(KeyFileError, match="not usable"):
        parse_public(encode("sshr", b"\1" + exchange + bytes(96)))


@pytest.mark.parametrize("signing", [b"\1" + bytes(31), bytes(32), b"\xff" * 32])
def test_signing_keys_of_nobody_are_no_keys(signing: bytes) -> None:
    text = encode("sshr", b"\1" + OWN.public.exchange + signing + b"\1" + bytes(63))
    with pytest.raises(KeyFileError, match="not usable"):
        parse_public(text)


def test_keys_that_are_written_in_another_way_are_no_keys() -> None:
    other = OWN.public.exchange[:-1] + bytes([OWN.public.exchange[-1] | 0x80])
    with pytest.raises(KeyFileError, match="not written as keys are"):
        PublicKey(other)


def test_halves_of_two_people_are_no_key() -> None:
    """Or somebody could receive what is meant for another, whose signatures stay right."""
    mallory, alice = PrivateKey.of_seed(bytes(32)).public, OWN.public
    assert alice.signing
    for proof in (alice.proof, mallory.proof):
        text = encode("sshr", b"\1" + mallory.exchange + alice.signing + proof)
        with pytest.raises(KeyFileError, match="do not belong together"):
            parse_public(text)
    assert parse_public(alice.text) == alice


def test_a_changed_protected_key_does_not_open() -> None:
    text = identity.protected_text(SEED, b"word", lambda size: bytes(size))
    payload = bytearray(identity._payload(text)[1])
    for at in range(len(payload)):
        changed = payload.copy()
        changed[at] ^= 1
        with pytest.raises(KeyFileError, match="does not open"):
            parse_private(encode("sshr-protected-key-", b"\1" + changed), lambda: b"word")


PER_TEST = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.sampled_from(["sshr", "sshr-secret-key-", "sshr-protected-key-"]), st.binary(max_size=99))
@PER_TEST
def test_right_checksums_over_any_bytes(prefix: str, data: bytes) -> None:
    text = encode(prefix, data)
    for read in (parse_public, lambda text: parse_private(text, lambda: b"word")):
        try:
            key = read(text)
        except KeyFileError:
            continue
        assert data[:1] == b"\1"
        assert len(data) == {"sshr": 65}.get(prefix, 33)
        assert isinstance(key, PublicKey) == (prefix == "sshr")


def test_texts_come_back() -> None:
    assert parse_public(OWN.public.text) == OWN.public
    assert parse_private(identity.secret_text(SEED), never) == OWN
    text = identity.protected_text(SEED, b"word", random.Random(1).randbytes)
    assert parse_private(text, lambda: b"word") == OWN
    assert text != identity.protected_text(SEED, b"word", random.Random(2).randbytes)


def test_both_keys_follow_from_the_seed() -> None:
    assert PrivateKey.of_seed(SEED) == OWN
    assert OWN.exchange != OWN.signing
    other = PrivateKey.of_seed(bytes(32))
    assert len({OWN.exchange, OWN.signing, other.exchange, other.signing}) == 4
    public = X25519PrivateKey.from_private_bytes(OWN.exchange).public_key()
    assert OWN.public.exchange == public.public_bytes_raw()


def test_fingerprints_are_of_both_keys_or_of_the_sender() -> None:
    signing = OWN.public.signing
    assert signing is not None
    bare = PublicKey(OWN.public.exchange)
    seen = {OWN.public.fingerprint, bare.fingerprint, sender_fingerprint(signing)}
    assert len(seen) == 3
    assert all(re.fullmatch(r"([0-9a-f]{4}-){7}[0-9a-f]{4}", each) for each in seen)


def test_wrong_half_is_named() -> None:
    with pytest.raises(KeyFileError, match="it is a private key; give the public one"):
        parse_public(identity.secret_text(SEED))
    with pytest.raises(KeyFileError, match="it is a public key; give the private one"):
        parse_private(OWN.public.text, never)
    with pytest.raises(KeyFileError, match="it is no sshr key"):
        parse_public("friend")
    with pytest.raises(KeyFileError, match="no line of its own"):
        _ = PublicKey(OWN.public.exchange).text


def never() -> bytes:
    raise AssertionError("asked for a passphrase")
