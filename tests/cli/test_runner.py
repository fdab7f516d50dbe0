"""Every failure is one line and a code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

USAGE, IMAGE, OUTPUT, CHECKPOINT, DEVICE = 2, 7, 8, 9, 10
WORD = ("--passphrase-file", "word.txt")
Refused = Callable[..., str]


def test_names_with_line_breaks_stay_on_one_line(refused: Refused) -> None:
    message = refused(IMAGE, "inspect", "two\nlines\x1b[31m.png", "-r", "reference.png", *WORD)
    assert "two\\nlines\\x1b[31m.png" in message


def test_what_nobody_foresaw_is_one_line_too(
    desk: Path, cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr("sshr.imaging.reading.read_image", broken)
    said = cli("inspect", "stego.png", "-r", "reference.png", *WORD)
    assert said.code == 1
    assert said.err.startswith("sshr: unexpected RuntimeError: first line second line")
    assert said.err.count("\n") == 1
    monkeypatch.setenv("SSHR_DEBUG", "1")
    with pytest.raises(RuntimeError, match="first line"):
        cli("inspect", "stego.png", "-r", "reference.png", *WORD)
