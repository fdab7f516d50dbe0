"""`sshr app`: what is refused before anything is served."""

from collections.abc import Callable
from pathlib import Path
from queue import Queue

import pytest

import sshr.app.server
from sshr.app.server import AppSettings

USAGE = 2
Refused = Callable[..., str]


def test_other_machines_need_tls_and_a_password(refused: Refused, desk: Path) -> None:
    assert "would show the page to other machines" in refused(USAGE, "app", "--host", "0.0.0.0")
    own = ("--host", "0.0.0.0", "--origin", "https://sshr.example")
    assert "needs a password of at least 12" in refused(USAGE, "app", *own)
    assert "cannot read it" in refused(USAGE, "app", *own, "--password-file", "nothing.txt")
    assert "must be https://" in refused(USAGE, "app", "--origin", "http://sshr.example")


def test_what_is_served(
    cli: Callable[..., object], desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: Queue[str] = Queue()
    given: list[AppSettings] = []

    def serve(settings: AppSettings, ready: Callable[[str, str], None]) -> None:
        given.append(settings)
        ready("http://printed", "http://opened")

    monkeypatch.setattr(sshr.app.server, "serve", serve)
    monkeypatch.setattr("webbrowser.open", opened.put)
    said = cli("app", "--port", "4711")
    assert "the page is at http://printed" in said.out  # type: ignore[attr-defined]
    assert "http://opened" not in said.out  # type: ignore[attr-defined]
    assert opened.get(timeout=120) == "http://opened"
    assert cli("app", "--no-browser").code == 0  # type: ignore[attr-defined]
    behind = ("--origin", "https://sshr.example", "--password-file", "word.txt")
    assert cli("app", *behind).code == 0  # type: ignore[attr-defined]
    assert opened.empty()
    assert [one.port for one in given] == [4711, 0, 0]
    assert given[2].password == (desk / "word.txt").read_text("utf-8").rstrip("\n")
