"""The committed vectors: keys and a whole header, checked without the code that made them."""

import hmac
import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sshr.crypto.identity import parse_private, parse_public
from sshr.header.reference import ReferenceKey

HERE = Path(__file__).parent / "vectors"
KEYS = json.loads((HERE / "keys.json").read_text("utf-8"))
HEADER = json.loads((HERE / "header.json").read_text("utf-8"))
KINDS, HALVES = ("exchange", "signing"), ("private", "public")
ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return runpy.run_path(str(HERE / "make.py"))


def hkdf(key: bytes, label: bytes, salt: bytes = bytes(32)) -> bytes:
    """RFC 5869 for one block."""
    extracted = hmac.digest(salt, key, "sha256")
    return hmac.digest(extracted, b"sshr-1/" + label + b"\1", "sha256")


def payload(text: str) -> bytes:
    """The bytes of a Bech32m text; the checksum is dropped."""
    symbols = text.lower().rpartition("1")[2][:-6]
    bits = "".join(f"{ALPHABET.index(c):05b}" for c in symbols)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8))


@pytest.mark.parametrize("row", KEYS, ids=range(len(KEYS)))
def test_keys(row: dict[str, str]) -> None:
    hexadecimal = ("seed", *(f"{kind}_{half}" for kind in KINDS for half in HALVES))
    given = {name: bytes.fromhex(row[name]) for name in hexadecimal}
    seed = given["seed"]
    assert given["exchange_private"] == hkdf(seed, b"key/exchange")
    assert given["signing_private"] == hkdf(seed, b"key/signing")
    exchange = X25519PrivateKey.from_private_bytes(given["exchange_private"]).public_key()
    signing = Ed25519PrivateKey.from_private_bytes(given["signing_private"]).public_key()
    public = exchange.public_bytes_raw() + signing.public_bytes_raw()
    assert given["exchange_public"] + given["signing_public"] == public
    text = payload(row["public_text"])
    assert text[:65] == b"\1" + public
    signed = b"sshr-1/public key" + given["signing_public"] + given["exchange_public"]
    Ed25519PublicKey.from_public_bytes(given["signing_public"]).verify(text[65:], signed)
    assert payload(row["secret_text"]) == b"\1" + seed
    for name, label, data in (
        ("fingerprint", b"keys", public),
        ("signs_as", b"sender", given["signing_public"]),
    ):
        assert row[name].replace("-", "") == hkdf(data, b"fingerprint/" + label)[:16].hex()

    sealed = payload(row["protected_text"])
    slow = Argon2id(salt=sealed[1:17], length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
    key = hkdf(slow.derive("Füße".encode()), b"key/protection")
    plain = ChaCha20Poly1305(key).decrypt(bytes(12), sealed[17:], b"sshr-1/protected key")
    assert (sealed[:1], plain) == (b"\1", seed)


@pytest.mark.parametrize("row", KEYS, ids=range(len(KEYS)))
def test_reading_the_keys(row: dict[str, str]) -> None:
    public = parse_public(row["public_text"])
    own = parse_private(row["secret_text"], lambda: pytest.fail("asked"))
    assert own == parse_private(row["protected_text"], "Füße".encode)
    assert own.public == public
    assert public.exchange.hex() == row["exchange_public"]


def test_everything_is_made_as_it_was(made: dict[str, Any]) -> None:
    assert made["keys"]() == KEYS
    assert made["header"]() == HEADER


@pytest.mark.parametrize("reader", [1, 2])
def test_header(made: dict[str, Any], reader: int) -> None:
    stream = bytes.fromhex(HEADER["stream"])
    stream, seal = stream[:-72], stream[-72:]
    shared = made["reference"]()
    reference_key = ReferenceKey.of(shared)
    salt = stream[:16]
    clear = stream[:24] + bytes(
        a ^ b for a, b in zip(stream[24:], reference_key.mask(salt, len(stream) - 24), strict=True)
    )
    assert clear[24:28] == bytes([1, 0x41, 0, (len(clear[174:-16]) - 16) // 16])
    tag_key = hkdf(reference_key.key, b"bucket tag")
    assert clear[28:30] == hmac.digest(tag_key, salt + clear[24:28], "sha256")[:2]
    ephemeral, slots = clear[30:62], (clear[62:110], clear[110:158])
    ciphertext = clear[174:-16]

    private = X25519PrivateKey.from_private_bytes(bytes.fromhex(KEYS[reader]["exchange_private"]))
    secret = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    label = b"slot/recipient/" + ephemeral + private.public_key().public_bytes_raw()
    slot_key = ChaCha20Poly1305(hkdf(secret, label, salt))
    opened = []
    for slot in slots:
        try:
            opened.append(slot_key.decrypt(bytes(12), slot, b"sshr-1/slot"))
        except InvalidTag:
            continue
    assert len(opened) == 1
    assert clear[158:174] == hkdf(opened[0], b"commitment", salt)[:16]
    session = hkdf(opened[0] + reference_key.key, b"session", salt)
    assert session.hex() == HEADER["session"]
    aead = ChaCha20Poly1305(hkdf(session, b"metadata"))
    record = aead.decrypt(bytes(12), ciphertext, b"sshr-1/" + clear[:174]).rstrip(b"\0")[:-1]
    assert record[-34:-33] == b"\x20"
    assert record[-1:] == b"\0"
    sender = record[-33:-1]
    assert sender.hex() == KEYS[0]["signing_public"]

    digest = bytes.fromhex(HEADER["digest"])
    assert seal[:8] == hmac.digest(hkdf(session, b"seal"), digest + seal[8:], "sha256")[:8]
    mask = Cipher(ChaCha20(hkdf(session, b"signature"), bytes(16)), None).encryptor()
    message = b"sshr-1/signature" + sender + reference_key.key + clear[:174] + record + digest
    own = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(KEYS[0]["signing_private"]))
    own.public_key().verify(mask.update(seal[8:]), message)
