"""The committed corpus, in which every input reaches code of its own, goes through its target."""

import runpy
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TARGETS = runpy.run_path(str(HERE / "targets.py"))["TARGETS"]


def corpus(name: str) -> list[bytes]:
    return [bytes.fromhex(line) for line in (HERE / "corpus" / f"{name}.txt").open()]


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_documented_errors(name: str) -> None:
    inputs = corpus(name)
    assert len(inputs) == len(set(inputs)) >= 10
    for data in inputs:
        TARGETS[name](data)


def test_every_corpus_has_its_target() -> None:
    assert {path.stem for path in (HERE / "corpus").iterdir()} == set(TARGETS)
