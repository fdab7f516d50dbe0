"""Keys of age and OpenSSH."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sshr.crypto import foreign
from sshr.crypto.bech32 import BECH32, encode
from sshr.crypto.foreign import (
    age_secret,
    foreign_public,
    is_age_secret,
    is_foreign_public,
    openssh_private,
)
from sshr.crypto.keyfile import read_private_key, read_public_key, read_public_keys
from sshr.errors import KeyFileError

# From age's own tests: the private key is 32 times 0x42.
AGE = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
AGE_SECRET = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"

# ssh-keygen -t ed25519 -N "open sesame" -a 1
LOCKED = """\
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABCE543D+8
1WIYDiN3id7maxAAAAAQAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIERxRb+Emqvl3TSU
pAhbfzL8Auq+FuXMeHsDk5Prj2ZkAAAAkNMq8SUrS+xx0L8W0NW2nsDlTwpIaXixscMmfW
kjQSMgXuI9dWvWtcBiTT/J6seW4lWUzZBEUPtcAZ7Em4Q9zbOva5FuYwJCUHS9FZXEQwq3
m5nRm5ca4siohCnSVUNu5EkfhWVOAIOfSFNSyS1BCqK3aCmdqHZA0gViP1xb/9bfzIeCCI
g0EolMg3tdOiicgg==
-----END OPENSSH PRIVATE KEY-----
"""
LOCKED_PUBLIC = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIERxRb+Emqvl3TSUpAhbfzL8Auq+FuXMeHsDk5Prj2Zk me@home"
)
OWN = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
RSA = rsa.generate_private_key(65537, 1024)


def private_text(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def public_text(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def never() -> bytes:
    raise AssertionError("asked for a passphrase")


def test_a_pair_of_age() -> None:
    own = age_secret(AGE_SECRET)
    assert own.exchange == b"\x42" * 32
    assert own.public == foreign_public(AGE)
    assert (own.signing, own.public.signing) == (None, None)
    assert is_age_secret(AGE_SECRET)
    assert foreign_public(AGE.upper()) == own.public


def test_a_pair_of_openssh_receives_and_signs() -> None:
    own = openssh_private(private_text(OWN), never)
    shared = foreign_public(public_text(OWN) + " me@home")
    assert own.public == shared
    assert own.signing == bytes([9]) * 32
    assert shared.signing == OWN.public_key().public_bytes_raw()
    with pytest.raises(KeyFileError, match="no line of its own"):
        _ = shared.text


@pytest.mark.parametrize(
    "before",
    ["", "restrict ", 'from="10.0.0.1,*.example",command="echo ssh-ed25519 AAAA" ', "no-pty,cert "],
)
def test_a_line_of_authorized_keys(before: str) -> None:
    line = before + public_text(OWN) + " me@home"
    assert is_foreign_public(line)
    assert foreign_public(line) == foreign_public(public_text(OWN))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (AGE[:-1] + "q", "no age key: its checksum is wrong"),
        (encode("age", bytes(32)), "no age key: its checksum is wrong"),
        (encode("age", bytes(31), BECH32), "age key of another kind"),
        (encode("age1pq", bytes(32), BECH32), "age key of another kind"),
        (encode("age", bytes(32), BECH32), "not usable: nobody has its private key"),
        (public_text(RSA), "for another algorithm"),
        ("ssh-ed25519 AAAA", "the SSH key is damaged"),
        ("ssh-ed25519 !", "the SSH key is damaged"),
        (public_text(OWN)[:-4], "the SSH key is damaged"),
        ("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNo", "for another algorithm"),
        ("sk-ssh-ed25519@openssh.com AAAAGnNr", "for another algorithm"),
    ],
)
def test_what_is_no_public_key(line: str, words: str) -> None:
    assert is_foreign_public(line)
    with pytest.raises(KeyFileError, match=words):
        foreign_public(line)


def test_a_signing_key_of_nobody() -> None:
    head = (11).to_bytes(4, "big") + b"ssh-ed25519" + (32).to_bytes(4, "big")
    for key in (b"\1" + bytes(31), b"\xff" * 32):
        line = "ssh-ed25519 " + base64.b64encode(head + key).decode()
        with pytest.raises(KeyFileError, match="not usable"):
            foreign_public(line)


@pytest.mark.parametrize(
    ("text", "ask", "words"),
    [
        (private_text(RSA), never, "for another algorithm"),
        (private_text(OWN).replace("b3Bl", "b3Bm"), never, "the OpenSSH key is damaged"),
        (private_text(OWN)[:200], never, "the OpenSSH key is damaged"),
    ],
)
def test_what_is_no_private_key(text: str, ask: Callable[[], bytes], words: str) -> None:
    with pytest.raises(KeyFileError, match=words):
        openssh_private(text, ask)


def test_an_encrypted_key_asks_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(data: bytes, password: bytes | None) -> None:
        assert password == b"open sesame"
        raise UnsupportedAlgorithm("Need bcrypt module")

    monkeypatch.setattr(foreign, "load_ssh_private_key", without)
    with pytest.raises(KeyFileError, match=r"pip install 'sshr\[ssh\]'"):
        openssh_private(LOCKED, lambda: b"open sesame")


def test_an_encrypted_key() -> None:
    pytest.importorskip("bcrypt", reason="the extra ssh is not installed")
    own = openssh_private(LOCKED, lambda: b"open sesame")
    assert own.public == foreign_public(LOCKED_PUBLIC)
    with pytest.raises(KeyFileError, match="does not open this key"):
        openssh_private(LOCKED, lambda: b"open barley")


def test_files(tmp_path: Path) -> None:
    (tmp_path / "id").write_text(private_text(OWN))
    (tmp_path / "age").write_text(f"# created: today\n# public key: {AGE}\n{AGE_SECRET}\n")
    (tmp_path / "id.pub").write_text(public_text(OWN) + " me@home\n")
    for name in ("id", "age"):
        (tmp_path / name).chmod(0o600)
    assert read_private_key(tmp_path / "id").public == read_public_key(tmp_path / "id.pub")
    assert read_private_key(tmp_path / "age").public == read_public_key(AGE)
    for name in ("id", "age"):
        (tmp_path / name).chmod(0o644)
        with pytest.raises(KeyFileError, match="others may read it"):
            read_private_key(tmp_path / name)
        with pytest.raises(KeyFileError, match=r"private key|no sshr key"):
            read_public_key(tmp_path / name)


def test_lists(tmp_path: Path) -> None:
    """As https://github.com/NAME.keys, authorized_keys or age's recipients files are."""
    path = tmp_path / "keys"
    path.write_text(f"# all of mine\n{public_text(OWN)}\n\n{public_text(RSA)} old\n{AGE}\n")
    keys, others = read_public_keys(path)
    assert keys == [foreign_public(public_text(OWN)), foreign_public(AGE)]
    assert others == 1
    assert read_public_keys(AGE) == ([foreign_public(AGE)], 0)
    with pytest.raises(KeyFileError, match="holds 3 lines instead of one key"):
        read_public_key(path)
    path.write_text(f"{public_text(RSA)}\n{public_text(RSA)}\n")
    with pytest.raises(KeyFileError, match="for other algorithms"):
        read_public_keys(path)
    path.write_text(f"{AGE}\nnonsense\n")
    with pytest.raises(KeyFileError, match="no sshr key"):
        read_public_keys(path)
    path.write_text("# nothing\n")
    with pytest.raises(KeyFileError, match="holds no key"):
        read_public_keys(path)
