"""Key files: what is written, what is read, and one clear line for everything else."""

import os
import random
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sshr.crypto import identity
from sshr.crypto.bech32 import encode
from sshr.crypto.identity import PrivateKey, PublicKey
from sshr.crypto.keyfile import (
    MAX_BYTES,
    is_private_file,
    read_private_key,
    read_public_key,
    write_key_pair,
)
from sshr.crypto.keys import derive
from sshr.errors import KeyFileError, OutputError

SEED = bytes(range(32))
OWN = PrivateKey.of_seed(SEED)
FOREIGN = x25519.X25519PrivateKey.from_private_bytes(bytes([9]) * 32)
ED = ed25519.Ed25519PrivateKey.from_private_bytes(SEED)


def pkcs8(
    key: "x25519.X25519PrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey",
    encryption: KeySerializationEncryption | None = None,
    form: PrivateFormat = PrivateFormat.PKCS8,
) -> bytes:
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption())


def spki(key: "x25519.X25519PrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey") -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fast derivation; the true one is in the vectors."""
    monkeypatch.setattr(identity, "stretch", lambda word, salt: derive(word, b"quick", salt))


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(content: bytes | str, mode: int = 0o600) -> Path:
        path = tmp_path / "given"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path

    return write


def never() -> bytes:
    raise AssertionError("asked for a passphrase")


def test_a_pair_is_written_and_read(tmp_path: Path) -> None:
    public = write_key_pair(tmp_path / "mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.key", "mine.pub"]
    assert read_public_key(tmp_path / "mine.pub") == public
    assert read_private_key(tmp_path / "mine.key", never).public == public
    assert read_public_key(public.text) == read_public_key(public.text.upper()) == public
    assert (tmp_path / "mine.pub").read_text() == public.text + "\n"
    assert "\nSSHR-SECRET-KEY-1" in (tmp_path / "mine.key").read_text()
    assert stat.S_IMODE((tmp_path / "mine.key").stat().st_mode) == 0o600
    assert is_private_file(str(tmp_path / "mine.key"))
    assert not is_private_file(str(tmp_path / "mine.pub"))
    assert write_key_pair(tmp_path / "other") != public


def test_a_wide_umask_opens_no_private_key(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_key_pair(tmp_path / "mine")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "mine.key").stat().st_mode) == 0o600


def test_a_protected_key_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    public = write_key_pair(tmp_path / "mine", b"word")
    path = tmp_path / "mine.key"
    assert "\nSSHR-PROTECTED-KEY-1" in path.read_text()
    assert read_private_key(path, lambda: b"word").public == public
    with pytest.raises(KeyFileError, match=r"mine\.key: the passphrase does not open this key"):
        read_private_key(path, lambda: b"Word")
    with pytest.raises(KeyFileError, match="protected by a passphrase"):
        read_private_key(path)


@pytest.mark.parametrize("existing", ["mine.key", "mine.pub"])
def test_nothing_is_overwritten(tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_text("precious")
    with pytest.raises(OutputError, match=f"{existing}: exists already"):
        write_key_pair(tmp_path / "mine")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["precious"]
    public = write_key_pair(tmp_path / "mine", force=True)
    assert read_private_key(tmp_path / "mine.key").public == read_public_key(public.text)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_pair_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:  # the private file, its folder, the public file
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_key_pair(tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["missing/mine", ""])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError):
        write_key_pair(f"{tmp_path}/{name}")
    assert list(tmp_path.iterdir()) == []


def test_x25519_keys_of_other_programs(file: Callable[..., Path]) -> None:
    public = PublicKey(FOREIGN.public_key().public_bytes_raw())
    assert read_public_key(file(spki(FOREIGN))) == public
    own = read_private_key(file(pkcs8(FOREIGN)), never)
    assert (own.public, own.signing) == (public, None)
    locked = file(pkcs8(FOREIGN, BestAvailableEncryption(b"word")))
    assert read_private_key(locked, lambda: b"word") == own
    with pytest.raises(KeyFileError, match="passphrase does not open"):
        read_private_key(locked, lambda: b"Word")
    with pytest.raises(KeyFileError, match="no line of its own"):
        _ = public.text


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)


def test_other_kinds_of_keys_are_refused(
    file: Callable[..., Path], rsa_key: rsa.RSAPrivateKey
) -> None:
    openssh = (Encoding.OpenSSH, PublicFormat.OpenSSH)
    private = {
        "an SSH key for another algorithm": pkcs8(rsa_key, form=PrivateFormat.OpenSSH),
        "an RSA key": pkcs8(rsa_key, form=PrivateFormat.TraditionalOpenSSL),
        "another kind of key": pkcs8(rsa_key),
        "another kind of key;": pkcs8(ED),
        "no age key": b"AGE-SECRET-KEY-1" + b"Q" * 58,
        "another program": b"PuTTY-User-Key-File-3: ssh-ed25519\nComment: me\n",
        "PEM of another kind": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "is a public key": spki(FOREIGN),
        "it is a public key; give the private one": OWN.public.text.encode(),
    }
    public = {
        "an SSH key for another algorithm": rsa_key.public_key().public_bytes(*openssh),
        "an SSH key for another algorithm;": b"ssh-rsa AAAAB3NzaC1yc2E me@home\n",
        "another kind of key": spki(rsa_key),
        "another kind of key;": spki(ED),
        "is a private key": pkcs8(FOREIGN),
        "is a private key; give the public one": identity.secret_text(SEED).encode(),
        "give the public one": pkcs8(FOREIGN, BestAvailableEncryption(b"word")),
    }
    for words, content in private.items():
        with pytest.raises(KeyFileError, match=words):
            read_private_key(file(content), never)
    for words, content in public.items():
        with pytest.raises(KeyFileError, match=words):
            read_public_key(file(content))


LINE = OWN.public.text
BAD = {
    "empty": (b"", "holds no key"),
    "comments only": (b"# nothing\n\n", "holds no key"),
    "two keys": (f"{LINE}\n{LINE}\n".encode(), "2 lines instead of one key"),
    "truncated": (LINE[:-10].encode(), "checksum is wrong"),
    "mistyped": (LINE.replace(LINE[20], "q" if LINE[20] != "q" else "p", 1).encode(), "checksum"),
    "mixed case": ((LINE[:-1] + LINE[-1].upper()).encode(), "mixes upper and lower case"),
    "a word": (b"friend\n", "no sshr key"),
    "bytes": (bytes(range(256)), "is not text"),
    "half of UTF-16": (LINE.encode("utf-16")[:-1], "is not text"),
    "huge": (b"#" * (MAX_BYTES + 1), "larger than 64 KiB"),
    "another prefix": (encode("bc", bytes(65)).encode(), "some other text"),
    "another version": (encode("sshr", bytes([2]) * 65).encode(), "another version"),
    "another length": (encode("sshr", b"\1" * 33).encode(), "33 bytes instead of 129"),
    "damaged PEM": (spki(FOREIGN)[:50], "damaged"),
    "damaged private PEM": (pkcs8(FOREIGN)[:60], "damaged|private key"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_key_file(file: Callable[..., Path], kind: str) -> None:
    content, words = BAD[kind]
    path = file(content)
    with pytest.raises(KeyFileError, match=words) as public:
        read_public_key(path)
    with pytest.raises(KeyFileError, match=f"{words}|public key") as private:
        read_private_key(path, never)
    for caught in (public, private):
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)


def test_places_where_no_file_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for read in (read_public_key, read_private_key):
        with pytest.raises(KeyFileError, match="No such file"):
            read(tmp_path / "missing")
        with pytest.raises(KeyFileError, match="not a regular file"):
            read(tmp_path)
        with pytest.raises(KeyFileError, match="not a regular file"):
            read(tmp_path / "pipe")
        with pytest.raises(KeyFileError, match="cannot be read"):
            read("nul\0byte")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
@pytest.mark.parametrize("form", ["own", "protected", "PEM"])
def test_a_private_key_that_others_may_touch(
    file: Callable[..., Path], mode: int, form: str
) -> None:
    protected = identity.protected_text(SEED, b"word", random.Random(1).randbytes)
    content = {"own": identity.secret_text(SEED), "protected": protected, "PEM": pkcs8(FOREIGN)}
    with pytest.raises(KeyFileError, match=rf"mode {mode:o}.*chmod 600"):
        read_private_key(file(content[form], mode), lambda: b"word")
    assert read_private_key(file(content[form], 0o400), lambda: b"word")


def test_a_public_key_may_be_open_to_all(file: Callable[..., Path]) -> None:
    text = f"\ufeff# Jürgen\r\n  {LINE} \r\n\r\n"  # as Windows' editors save it
    assert read_public_key(file(text, 0o666)) == OWN.public


PREFIXES = ["", "sshr1", "SSHR-SECRET-KEY-1", "sshr-protected-key-1", "# c\n", "-----BEGIN "]
PER_TEST = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
RESTS = st.binary(max_size=200) | st.text(max_size=99).map(str.encode)


def refusals(path: Path) -> list[str]:
    """What the two readers say to a file that they refuse."""
    said = []
    for read in (read_public_key, lambda path: read_private_key(path, lambda: b"word")):
        try:
            read(path)
        except KeyFileError as error:
            said.append(str(error))
    return said


@given(st.sampled_from(PREFIXES).map(str.encode), RESTS)
@PER_TEST
def test_garbage_is_refused_in_one_line(
    file: Callable[..., Path], head: bytes, rest: bytes
) -> None:
    said = refusals(file(head + rest))
    assert len(said) == 2
    assert "\n" not in "".join(said)


@given(st.data())
@PER_TEST
def test_mutated_files(file: Callable[..., Path], data: st.DataObject) -> None:
    originals = [LINE.encode(), identity.secret_text(SEED).encode(), pkcs8(FOREIGN), spki(FOREIGN)]
    mutated = bytearray(data.draw(st.sampled_from(originals)))
    for at in data.draw(st.lists(st.integers(0, len(mutated) - 1), max_size=3)):
        mutated[at] = data.draw(st.integers(0, 255))
    del mutated[data.draw(st.integers(0, len(mutated))) :]
    said = refusals(file(bytes(mutated)))
    assert len(said) >= 1  # nothing is a public and a private key at once
    assert "\n" not in "".join(said)
