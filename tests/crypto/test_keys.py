"""What a user may hold, and the primitives under it against published vectors."""

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sshr.crypto.keys import Keys, derive, keystream, mac, passphrase_bytes, stretch, xor
from sshr.errors import UsageError


@pytest.mark.parametrize(
    "fields",
    [
        {"passphrase": b""},
        {"recipients": (bytes(31),)},
        {"recipients": (bytes(32), bytes(33))},
        {"recipients": tuple(bytes([n]) * 32 for n in range(17))},
        {"identity": bytes(31)},
        {"identity": b""},
    ],
)
def test_impossible_keys_are_a_usage_error(fields: dict) -> None:
    with pytest.raises(UsageError):
        Keys(**fields)


def test_secrets_stay_out_of_the_representation() -> None:
    shown = repr(Keys(passphrase=b"open sesame", identity=b"\x11" * 32))
    assert "sesame" not in shown
    assert "x11" not in shown


def test_one_passphrase_typed_in_two_ways() -> None:
    assert passphrase_bytes("caf\u00e9") == passphrase_bytes("cafe\u0301") == b"caf\xc3\xa9"
    with pytest.raises(UsageError):
        passphrase_bytes("\ud800")


def test_keystream_is_rfc_8439() -> None:
    # RFC 8439, appendix A.1, test vectors 1 and 2: key and nonce zero, blocks 0 and 1.
    stream = keystream(bytes(32), 128)
    assert stream[:16].hex() == "76b8e0ada0f13d90405d6ae55386bd28"
    assert stream[64:80].hex() == "9f07e7be5551387a98ba977c732d080d"
    assert keystream(bytes(32), 100) == stream[:100]


def test_mac_is_rfc_4231_truncated_and_joins_its_parts() -> None:
    # RFC 4231, test case 2.
    expected = bytes.fromhex("5bdcc146bf60754e6a042426089575c7")
    assert mac(b"Jefe", 16, b"what do ya want for nothing?") == expected
    assert mac(b"Jefe", 8, b"what do ya want ", b"for nothing?") == expected[:8]


def test_derivations_differ_by_key_label_and_salt() -> None:
    made = {derive(k, lab, s) for k in (b"a", b"b") for lab in (b"a", b"b") for s in (None, b"s")}
    assert len(made) == 8
    assert derive(bytes(32), b"x").hex() == (
        "3f17ed63b6b74cab440f0913429c98e76c6757d8d14d8152bbdeb3dd008a6c85"
    )


def test_stretch_is_argon2id_with_the_versions_parameters() -> None:
    kdf = Argon2id(salt=b"s" * 16, length=32, iterations=3, lanes=4, memory_cost=65536)
    assert stretch(b"open sesame", b"s" * 16) == kdf.derive(b"open sesame")


def test_xor() -> None:
    assert xor(b"\x00\xff\x0f", b"\x00\x0f\xff") == b"\x00\xf0\xf0"
    with pytest.raises(ValueError, match="cannot be combined"):
        xor(b"a", b"ab")
