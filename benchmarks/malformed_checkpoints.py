"""24 malformed checkpoints and their names, each with its commands."""

import json
import os
import random
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from malformed_inputs import PLAIN, Malformed, flipped
from safetensors.torch import load

from sshr.zoo.checkpoint import _digest
from sshr.zoo.registry import PRESETS


def malformed(desk: Path, seed: int) -> Iterator[Malformed]:
    """24 of them."""
    rng = random.Random(seed)
    whole = (files("sshr.zoo") / "weights" / PRESETS["base"].file).read_bytes()
    length = int.from_bytes(whole[:8], "little")
    head, body = json.loads(whole[8 : 8 + length]), whole[8 + length :]

    def packed(header: object, rest: bytes = body) -> bytes:
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + rest

    first = next(name for name in head if name != "__metadata__")
    huge = head | {first: head[first] | {"shape": [1 << 40, 1 << 20]}}
    config = json.loads(head["__metadata__"]["config"])

    def configured(**changes: object) -> bytes:
        """Another configuration under a digest that fits, so that the network would be built."""
        text = json.dumps(config | changes)
        told = head["__metadata__"] | {"config": text, "digest": _digest(text, load(whole)).hex()}
        return packed(head | {"__metadata__": told})

    companding = config["exact"]["companding"] | {"width": 1 << 20}
    wide = config["exact"] | {"companding": companding}
    datas = {
        "empty": b"",
        "text": b"weights\n" * 99,
        "pickle": b"\x80\x04cos\nsystem\n(S'true'\ntR.",
        "long-header": (1 << 62).to_bytes(8, "little") + whole[8:200],
        "huge-shape": packed(huge),
        "no-metadata": packed({name: head[name] for name in head if name != "__metadata__"}),
        "list": packed([1, 2, 3]),
        "steps": configured(printed=config["printed"] | {"steps": 10**9}),
        "wide": configured(exact=wide),
        "nan": configured(exact=config["exact"] | {"stego_psnr": float("nan")}),
        "start": configured(start="other"),
        "nested": packed(head | {"__metadata__": {"format": {"deep": [[[]]]}}}),
    }
    for n in range(4):
        datas[f"cut{n}"] = whole[: rng.randrange(len(whole))]
        datas[f"flip{n}"] = flipped(whole, rng, 3)
    fault = "malformed checkpoint"
    names = []
    for name, data in datas.items():
        (desk / f"{name}.safetensors").write_bytes(data)
        names.append(f"{name}.safetensors")
    os.mkfifo(desk / "pipe.safetensors")
    (desk / "folder.safetensors").mkdir()
    os.symlink("/dev/zero", desk / "endless.safetensors")
    for name in (
        *names,
        "pipe.safetensors",
        "folder.safetensors",
        "endless.safetensors",
        "../base",
    ):
        commands = (
            ("conceal", "secret.png", "-r", "reference.png", "-o", "out.png", PLAIN),
            ("reveal", "stego.png", "-r", "reference.png", "-o", "out.png", PLAIN),
        )
        yield Malformed(name, fault, tuple((*words, "--preset", name) for words in commands))
