"""25 malformed key files and names for `keygen`, each with its commands."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

from malformed_inputs import PLAIN, Malformed, made

_PAIR = ("secret.png", "-r", "reference.png", "-o", "out.png")
_STEGO = ("stego.png", "-r", "reference.png")


def malformed(desk: Path, seed: int) -> list[Malformed]:
    """All of them, beside a valid pair `mine.key` and `mine.pub` in the desk."""
    made("keygen", "mine")
    return [*_files(desk, random.Random(seed)), *_names()]


def _files(desk: Path, rng: random.Random) -> Iterator[Malformed]:
    private, public = ((desk / f"mine.{suffix}").read_text() for suffix in ("key", "pub"))
    pem = "-----BEGIN {0}-----\n{1}\n-----END {0}-----\n"
    datas = {
        "cut.key": private[: rng.randrange(len(private))].encode(),
        "cut.pub": public[: rng.randrange(len(public))].encode(),
        "swapped.key": _swapped(private, rng).encode(),
        "swapped.pub": _swapped(public, rng).encode(),
        "mixed.pub": public.replace("a", "A", 1).encode(),
        "utf16.key": private.encode("utf-16"),
        "empty.key": b"",
        "binary.key": rng.randbytes(3000),
        "nul.pub": public.encode() + b"\0",
        "twice.pub": (public + public).encode(),
        "long.pub": b"sshr1" + b"q" * 2_000_000,
        "rsa.key": pem.format("RSA PRIVATE KEY", "MIIB" * 40).encode(),
        "openssh.key": pem.format("OPENSSH PRIVATE KEY", "b3BlbnNzaC1r" * 20).encode(),
        "pkcs8.key": pem.format("PRIVATE KEY", "MC4CAQAwBQYDK2VuBCIEIA==").encode(),
        "protected.key": b"SSHR-PROTECTED-KEY-1" + rng.randbytes(60).hex().encode(),
    }
    for name, data in datas.items():
        (desk / name).write_bytes(data)
        (desk / name).chmod(0o600)
        yield _used(name)
    (desk / "open.key").write_text(private)
    (desk / "open.key").chmod(0o644)
    os.mkfifo(desk / "pipe.key")
    for name in ("open.key", "pipe.key", "folder.png", "loop.png", "/dev/zero"):
        yield _used(name)


def _used(name: str) -> Malformed:
    """A file in the place of a public key, of an identity and of a signer's key."""
    commands = (
        ("key", name),
        ("conceal", *_PAIR, "--to", name),
        ("conceal", *_PAIR, "--to", "mine.pub", "--from", name),
        ("reveal", *_STEGO, "-o", "out.png", "--identity", name),
        ("inspect", *_STEGO, "--identity", name),
        ("inspect", *_STEGO, PLAIN, "--sender", name),
    )
    return Malformed(name, "malformed key", commands)


def _names() -> Iterator[Malformed]:
    """Names under which no pair may be written."""
    for name in ("mine", "no/such/mine", "nul\0", "k" * 300, "gone\n/mine"):
        protected = ("keygen", name, "--protect", "--key-passphrase-file", "empty.txt")
        commands = (("keygen", name), protected)
        yield Malformed(name, "path trick for keygen", commands)


def _swapped(text: str, rng: random.Random) -> str:
    """Another character somewhere in the checksummed part."""
    place = rng.randrange(len(text) // 2, len(text) - 2)
    return text[:place] + ("q" if text[place].lower() != "q" else "p") + text[place + 1 :]
