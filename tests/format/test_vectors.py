"""The format's vectors, right and hostile ones, through this package and the independent reader."""

import json
import runpy
from pathlib import Path
from typing import Any

import independent
import numpy as np
import pytest

from sshr.crypto.identity import parse_public
from sshr.crypto.keys import Keys
from sshr.errors import (
    DamagedError,
    KeyFileError,
    MismatchError,
    NewerVersionError,
    NothingFoundError,
    SignatureError,
    WrongKeyError,
)
from sshr.header.carriers import HeaderGroups
from sshr.header.reader import read_header

HERE = Path(__file__).parent
STEGOS: list[dict[str, Any]] = json.loads((HERE / "vectors" / "stegos.json").read_text("utf-8"))
KEYS: list[dict[str, Any]] = json.loads((HERE / "vectors" / "keys.json").read_text("utf-8"))
OUTCOMES = {
    MismatchError: "mismatch",
    NothingFoundError: "nothing",
    NewerVersionError: "newer",
    DamagedError: "damaged",
    WrongKeyError: "key",
    SignatureError: "signature",
}
STEGO_ROWS = pytest.mark.parametrize("row", STEGOS, ids=[row["name"] for row in STEGOS])


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return runpy.run_path(str(HERE / "make.py"))


def formula(row: dict[str, Any]) -> np.ndarray:
    count = row["height"] * row["width"] * 3
    return (np.arange(count) * 37 % 251).astype(np.uint8).reshape(row["height"], row["width"], 3)


def stego_of(row: dict[str, Any]) -> np.ndarray:
    """By the rule in make.py, with places written out once more."""
    samples = formula(row).flatten()
    size, width = samples.size, row["width"]
    each = 1 if size < 97200 else 3
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(row["header"]), np.uint8))
    for i, bit in enumerate(bits):
        end = size - i * each
        samples[end - 1] ^= np.bitwise_xor.reduce(samples[end - each : end] & 1) ^ bit
    seal = np.unpackbits(np.frombuffer(bytes.fromhex(row["seal"]), np.uint8))
    top = size - len(bits) * each
    rows = top // (3 * width) // 2 * 2
    squares = []
    for i in range(len(seal)):
        pair, column = divmod(i // 3, width // 2)
        at = 3 * ((rows - 2 - 2 * pair) * width + 2 * column) + i % 3
        squares.append([at, at + 3, at + 3 * width, at + 3 * width + 3])
    if min(min(square) for square in squares) < size - size // 2:
        squares = [[top - 1 - i] for i in range(len(seal))]
    for bit, square in zip(seal, squares, strict=True):
        for number, place in enumerate(square):
            lower = samples[place] & 0xFE if number == 0 else min(samples[place], 254)
            samples[place] = lower + (bit ^ (number in (1, 2)))
    for place, step in row["changes"]:
        samples[place] = (int(samples[place]) + step) % 256
    return samples.reshape(row["height"], width, 3)


def test_there_are_vectors_of_every_outcome() -> None:
    assert {row["outcome"] for row in STEGOS} == {*OUTCOMES.values(), "ok"} - {"mismatch"}
    names = [row["name"] for row in STEGOS]
    assert len(set(names)) == len(names) >= 60


@STEGO_ROWS
def test_a_stego_through_this_package(row: dict[str, Any]) -> None:
    word, identity = row.get("passphrase"), row.get("identity")
    keys = Keys(
        passphrase=None if word is None else word.encode(),
        identity=None if identity is None else bytes.fromhex(identity),
        reference_alone=word is None and identity is None,
    )
    outcome, found = "ok", None
    try:
        found = read_header(stego_of(row), formula(row), keys)
    except tuple(OUTCOMES) as error:
        outcome = OUTCOMES[type(error)]
    assert outcome == row["outcome"]
    if found is None:
        return
    assert isinstance(found.groups, HeaderGroups)
    assert found.intact == row["intact"]
    assert (found.sender and found.sender.hex()) == row["sender"]
    assert found.session.key.hex() == row["session"]
    assert found.metadata.pack().hex() == row["metadata"]


@STEGO_ROWS
def test_a_stego_through_the_independent_reader(row: dict[str, Any]) -> None:
    outcome, found = "ok", None
    identity = bytes.fromhex(row["identity"]) if "identity" in row else None
    try:
        found = independent.read_header(
            stego_of(row), formula(row), row.get("passphrase"), identity
        )
    except independent.Refused as refused:
        outcome = str(refused)
    assert outcome == row["outcome"]
    if found is None:
        return
    assert found.intact == row["intact"]
    assert (found.sender and found.sender.hex()) == row["sender"]
    assert found.session.hex() == row["session"]


@pytest.mark.parametrize("row", KEYS, ids=[row["name"] for row in KEYS])
def test_a_key_through_this_package(row: dict[str, Any]) -> None:
    if row["outcome"] == "refused":
        with pytest.raises(KeyFileError):
            parse_public(row["text"])
        return
    key = parse_public(row["text"])
    assert (key.exchange.hex(), key.fingerprint) == (row["exchange"], row["fingerprint"])
    assert key.signing
    assert key.signing.hex() == row["signing"]


def test_everything_is_made_as_it_was(made: dict[str, Any]) -> None:
    assert made["keys"]() == KEYS
    assert made["stegos"]() == STEGOS
