"""`sshr fingerprint`: six words that tell whether two references are the same."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sshr.header.fingerprint import fingerprint
from sshr.imaging.reading import read_image

WITH_WORD = ("--passphrase-file", "word.txt")
Call = Callable[..., Any]


@pytest.fixture
def words(desk: Path) -> str:
    return fingerprint(read_image("reference.png").rgb)


def test_fingerprint_in_words_and_in_json(cli: Call, words: str) -> None:
    said = cli("fingerprint", "reference.png")
    assert (said.code, said.out, said.err) == (0, words + "\n", "")
    facts = json.loads(cli("fingerprint", "reference.png", "--json").out)
    assert facts == {
        **{"image": "reference.png", "width": 128, "height": 128, "fingerprint": words}
    }


def test_conceal_and_inspect_show_it(cli: Call, words: str) -> None:
    said = cli("conceal", "secret.png", "-r", "reference.png", *WITH_WORD, "-o", "new.png")
    assert f"fingerprint: {words}" in " ".join(said.out.split())
    said = cli("inspect", "stego.png", "-r", "reference.png", *WITH_WORD)
    assert words in " ".join(said.out.replace("│", " ").split())


def test_a_lossless_copy_has_the_same_fingerprint(cli: Call, words: str) -> None:
    Image.open("reference.png").save("copy.webp", lossless=True)
    assert cli("fingerprint", "copy.webp").out == words + "\n"


@pytest.mark.parametrize("command", [("fingerprint",), ("reference", "-o", "ref.png")])
def test_a_bad_picture_is_refused(
    refused: Callable[..., str], desk: Path, command: tuple[str, ...]
) -> None:
    assert "no such file" in refused(7, command[0], "absent.png", *command[1:])
    assert "not an image" in refused(7, command[0], "word.txt", *command[1:])
