"""Checkpoints that are cut, changed, of another program, too large, or no files."""

import json
import os
import random
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load

from sshr.zoo.checkpoint import _digest

Survive = Callable[..., None]


def malformed(name: str) -> bytes:
    rng = random.Random(name)
    whole = (files("sshr.zoo") / "weights" / "base.safetensors").read_bytes()
    length = int.from_bytes(whole[:8], "little")
    head, body = json.loads(whole[8 : 8 + length]), whole[8 + length :]
    config = json.loads(head["__metadata__"]["config"])
    first = next(key for key in head if key != "__metadata__")

    def packed(header: object) -> bytes:
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + body

    def configured(**changes: object) -> bytes:
        """Another configuration under a digest that fits, so that the network would be built."""
        text = json.dumps(config | changes)
        told = head["__metadata__"] | {"config": text, "digest": _digest(text, load(whole)).hex()}
        return packed(head | {"__metadata__": told})

    def flipped() -> bytes:
        changed = bytearray(whole)
        for _ in range(3):
            last = rng.choice([64, len(whole)])
            changed[rng.randrange(last)] ^= 1 << rng.randrange(8)
        return bytes(changed)

    exact = config["exact"]
    wide = exact["companding"] | {"width": 1 << 20}
    made: dict[str, Callable[[], Any]] = {
        "empty": lambda: b"",
        "text": lambda: b"weights\n" * 99,
        "pickle": lambda: b"\x80\x04cos\nsystem\n(S'true'\ntR.",
        "long header": lambda: (1 << 62).to_bytes(8, "little") + whole[8:200],
        "huge shape": lambda: packed(
            head | {first: head[first] | {"shape": [1 << 40, 1 << 20]}},
        ),
        "no metadata": lambda: packed({key: head[key] for key in head if key != "__metadata__"}),
        "list": lambda: packed([1, 2, 3]),
        "many steps": lambda: configured(printed=config["printed"] | {"steps": 10**9}),
        "wide": lambda: configured(exact=exact | {"companding": wide}),
        "no number": lambda: configured(exact=exact | {"stego_psnr": float("nan")}),
        "other start": lambda: configured(start="other"),
        "nested": lambda: packed(head | {"__metadata__": {"format": {"deep": [[[]]]}}}),
        **{f"cut {n}": lambda: whole[: rng.randrange(len(whole))] for n in range(3)},
        **{f"flipped {n}": flipped for n in range(3)},
    }
    return bytes(made[name]())


def commands(name: str) -> list[tuple[str, ...]]:
    words = ("-r", "reference.png", "-o", "out.png", "--no-passphrase", "--preset", name)
    return [("conceal", "secret.png", *words), ("reveal", "stego.png", *words)]


@pytest.mark.parametrize(
    "name",
    [
        *("empty", "text", "pickle", "long header", "huge shape", "no metadata", "list"),
        *("many steps", "wide", "no number", "other start", "nested"),
        *("cut 0", "cut 1", "cut 2", "flipped 0", "flipped 1", "flipped 2"),
    ],
)
def test_file(survive: Survive, bench: Path, name: str) -> None:
    Path("given.safetensors").write_bytes(malformed(name))
    survive(commands("given.safetensors"))


@pytest.mark.parametrize("name", ["pipe", "folder", "endless", "../base"])
def test_no_file(survive: Survive, bench: Path, name: str) -> None:
    os.mkfifo("pipe.safetensors")
    os.mkdir("folder.safetensors")
    os.symlink("/dev/zero", "endless.safetensors")
    survive(commands(name if name == "../base" else f"{name}.safetensors"))
