"""Passphrase files and tables of pairs that are none."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

PLAIN = "--no-passphrase"
Survive = Callable[..., None]
WORDS = {
    "latin": "Übergröße".encode("latin-1"),
    "empty": b"",
    "line break": b"\n",
    "binary": b"\xff\xfe" + random.Random(1).randbytes(4000),
}
ROWS = {
    "above": "one.png,one.png,../out.png",
    "elsewhere": "one.png,one.png,/tmp/sshr-out.png",
    "short": "one.png",
    "empty": ",,,,",
    "missing": "loop,loop,x.png",
    "inputs above": "../secret.png,../folder.png,x.png",
    "open quote": 'one.png,"one',
    "zero": "a,b,x\0.png",
    "control": "one.png,one.png,\x1b[2J.png",
}
TABLES = {name: f"secret,reference,output\n{row}\n".encode() for name, row in ROWS.items()} | {
    "no line": b"",
    "one column": b"secret\none.png\n",
    "long": b"secret,reference\n" + b"x" * 200_000,
    "binary": random.Random(2).randbytes(999),
    "twice": b"secret,reference\na,b\na,c\n",
}
NAMES = ("pipe", "folder.png", "/dev/zero", "/dev/null", "nul\0.txt", "gone\n.txt", "hole")


def commands(name: str) -> list[tuple[str, ...]]:
    shared, word = ("-r", "reference.png"), ("--passphrase-file", name)
    return [
        ("conceal", "secret.png", *shared, "-o", "out.png", *word),
        ("reveal", "stego.png", *shared, "-o", "out.png", *word),
        ("inspect", "stego.png", *shared, *word),
    ]


@pytest.mark.parametrize("data", WORDS.values(), ids=WORDS)
def test_passphrase(survive: Survive, data: bytes) -> None:
    Path("given.txt").write_bytes(data)
    survive(commands("given.txt"))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_name_of_a_passphrase(survive: Survive, name: str) -> None:
    os.mkfifo("pipe")
    with open("hole", "wb") as file:
        file.truncate(1 << 32)
    survive(commands(name))


@pytest.mark.parametrize("data", TABLES.values(), ids=TABLES)
def test_table(survive: Survive, data: bytes) -> None:
    Path("pairs.csv").write_bytes(data)
    words = ("-r", "references", "-o", "out", PLAIN, "--pairs", "pairs.csv")
    survive([("conceal", "secrets", *words), ("reveal", "secrets", *words)], folders=True)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_name_of_a_table(survive: Survive, name: str) -> None:
    os.mkfifo("pipe")
    with open("hole", "wb") as file:
        file.truncate(1 << 32)
    words = ("-r", "references", "-o", "out", PLAIN, "--pairs", name)
    survive([("conceal", "secrets", *words), ("reveal", "secrets", *words)], folders=True)
