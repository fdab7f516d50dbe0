"""Whatever the bytes are, the answer is a documented exit code and one line of words."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from sshr.pipeline.words import WITHOUT

OPENED, MISMATCH, DAMAGED, NOTHING, IMAGE = 0, 3, 5, 6, 7

# `desk` is made once for all examples of a test, which write over nothing but their own files.
PER_TEST = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Reader:
    """Calls both reading commands on some bytes and returns their code."""

    desk: Path
    cli: Callable[..., Any]

    def codes(self, data: bytes, suffix: str = ".png", role: str = "stego") -> int:
        file = self.desk / f"given{suffix}"
        file.write_bytes(data)
        pair = (file, "-r", "reference.png") if role == "stego" else ("open.png", "-r", file)
        out = self.desk / "out.png"
        out.unlink(missing_ok=True)
        seen = []
        for command, output in (("inspect", ()), ("reveal", ("-o", out))):
            said = self.cli(command, *pair, "--no-passphrase", *output)
            seen.append(said.code)
            lines = [line for line in said.err.splitlines() if WITHOUT not in line]
            if said.code:
                assert len(lines) == 1
                assert lines[0].startswith("sshr: ")
                assert said.out == ""
        assert seen[0] == seen[1]
        assert out.exists() == (seen[1] == OPENED)
        return seen[0]


@pytest.fixture
def reader(desk: Path, cli: Callable[..., Any]) -> Reader:
    return Reader(desk, cli)


def encoded(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", compress_level=1)
    return file.getvalue()


@given(
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"BM", b"RIFF", b"II*\0"]),
    st.binary(max_size=200),
    st.sampled_from([".png", ".jpg", ".webp", ".tif"]),
    st.sampled_from(["stego", "reference"]),
)
@PER_TEST
def test_garbage(reader: Reader, magic: bytes, rest: bytes, suffix: str, role: str) -> None:
    assert reader.codes(magic + rest, suffix, role) == IMAGE


@given(st.data())
@settings(PER_TEST, max_examples=20)
def test_mutated_files(reader: Reader, data: st.DataObject) -> None:
    original = (reader.desk / "open.png").read_bytes()
    mutated = bytearray(original)
    for at in data.draw(st.lists(st.integers(0, len(mutated) - 1), min_size=1, max_size=4)):
        mutated[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del mutated[data.draw(st.integers(0, len(mutated))) :]
    code = reader.codes(bytes(mutated))
    # Every byte of a PNG is under a checksum: a change is never taken for a picture.
    assert code == (OPENED if mutated == original else IMAGE)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 30, 3000, 49152]), st.booleans())
@settings(PER_TEST, max_examples=20)
def test_mutated_samples(reader: Reader, seed: int, count: int, wildly: bool) -> None:
    with Image.open(reader.desk / "open.png") as image:
        stego = np.array(image)
    rng = np.random.default_rng(seed)
    at = rng.choice(stego.size, count, replace=False)
    stego.reshape(-1)[at] = rng.integers(0, 256, count) if wildly else stego.reshape(-1)[at] ^ 1
    code = reader.codes(encoded(stego))
    assert code in {OPENED, DAMAGED, NOTHING} | ({MISMATCH} if wildly else set())
    if wildly and count == stego.size:
        assert code == MISMATCH


@given(st.integers(64, 140), st.integers(64, 140), st.sampled_from(["L", "P", "1", "RGB"]))
@settings(PER_TEST, max_examples=10)
def test_pictures_of_other_sizes_and_kinds(
    reader: Reader, height: int, width: int, mode: str
) -> None:
    with Image.open(reader.desk / "open.png") as image:
        other = image.resize((width, height)).convert(mode)
    file = io.BytesIO()
    other.save(file, "PNG")
    assert reader.codes(file.getvalue()) in {OPENED, MISMATCH, NOTHING}
