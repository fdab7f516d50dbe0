"""Key files that are cut, changed, of another program, or no files."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

Survive = Callable[..., None]
PEM = "-----BEGIN {0}-----\n{1}\n-----END {0}-----\n"


def swapped(text: str, rng: random.Random) -> str:
    """Another character somewhere in the checksummed part."""
    place = rng.randrange(len(text) // 2, len(text) - 2)
    return text[:place] + ("q" if text[place].lower() != "q" else "p") + text[place + 1 :]


def malformed(name: str) -> bytes:
    rng = random.Random(name)
    private, public = Path("mine.key").read_text(), Path("mine.pub").read_text()
    return {
        "cut.key": private[: rng.randrange(len(private))].encode(),
        "cut.pub": public[: rng.randrange(len(public))].encode(),
        "swapped.key": swapped(private, rng).encode(),
        "swapped.pub": swapped(public, rng).encode(),
        "mixed.pub": public.replace("a", "A", 1).encode(),
        "utf16.key": private.encode("utf-16")[:-1],
        "empty.key": b"",
        "binary.key": rng.randbytes(3000),
        "nul.pub": public.encode() + b"\0",
        "twice.pub": (public + public).encode(),
        "long.pub": b"sshr1" + b"q" * 2_000_000,
        "rsa.key": PEM.format("RSA PRIVATE KEY", "MIIB" * 40).encode(),
        "openssh.key": PEM.format("OPENSSH PRIVATE KEY", "b3BlbnNzaC1r" * 20).encode(),
        "pkcs8.key": PEM.format("PRIVATE KEY", "MC4CAQAwBQYDK2VuBCIEIA==").encode(),
        "protected.key": b"SSHR-PROTECTED-KEY-1" + rng.randbytes(60).hex().encode(),
        "open.key": private.encode(),
    }[name]


def commands(name: str) -> list[tuple[str, ...]]:
    """With the file as a public key, an identity and a signer's key."""
    pair = ("secret.png", "-r", "reference.png", "-o", "out.png")
    stego = ("stego.png", "-r", "reference.png")
    return [
        ("key", name),
        ("conceal", *pair, "--to", name),
        ("conceal", *pair, "--to", "mine.pub", "--from", name),
        ("reveal", *stego, "-o", "out.png", "--identity", name),
        ("inspect", *stego, "--identity", name),
        ("inspect", *stego, "--no-passphrase", "--sender", name),
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("cut.key", "cut.pub", "swapped.key", "swapped.pub", "mixed.pub", "utf16.key"),
        *("empty.key", "binary.key", "nul.pub", "twice.pub", "long.pub", "rsa.key"),
        *("openssh.key", "pkcs8.key", "protected.key", "open.key"),
    ],
)
def test_file(survive: Survive, bench: Path, name: str) -> None:
    (bench / name).write_bytes(malformed(name))
    (bench / name).chmod(0o644 if name == "open.key" else 0o600)
    survive(commands(name))


@pytest.mark.parametrize("name", ["pipe.key", "folder.png", "loop.key", "/dev/zero"])
def test_no_file(survive: Survive, bench: Path, name: str) -> None:
    os.mkfifo(bench / "pipe.key")
    os.symlink("loop.key", bench / "loop.key")
    survive(commands(name))
