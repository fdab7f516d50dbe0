"""The progress bar: on a terminal, after a second, and never in the way of data."""

import contextlib
import io

import pytest

from sshr.cli import progress
from sshr.cli.progress import progress_bar
from sshr.progress import quiet


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even what is quick counts as long."""
    monkeypatch.setattr(progress, "PATIENCE", -1.0)


def shown_for(steps: list[tuple[str, int, int]], silent: bool = False) -> str:
    """What a terminal gets for these steps."""
    with contextlib.redirect_stderr(Screen()) as screen, progress_bar(silent) as report:
        for step in steps:
            report(*step)
    return screen.getvalue()


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.usefixtures("at_once")
def test_long_work_names_its_stages() -> None:
    text = shown_for([("concealing", 1, 2), ("concealing", 2, 2), ("revealing", 1, 2)])
    assert "concealing" in text
    assert "revealing" in text


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", float("inf"))  # short, however slow the machine is
    assert shown_for([("concealing", 1, 2), ("concealing", 2, 2)]).strip() == ""


@pytest.mark.usefixtures("at_once")
def test_json_silences_it() -> None:
    assert shown_for([("concealing", 1, 2)], silent=True) == ""


@pytest.mark.usefixtures("at_once")
def test_without_a_terminal_it_is_silent() -> None:
    with contextlib.redirect_stderr(io.StringIO()), progress_bar(silent=False) as report:
        assert report is quiet


@pytest.mark.usefixtures("at_once")
def test_a_failure_shows_the_cursor_again() -> None:
    def fail() -> None:
        with progress_bar(silent=False) as report:
            report("concealing", 1, 2)
            raise ValueError("midway")

    with contextlib.redirect_stderr(Screen()) as screen, pytest.raises(ValueError, match="midway"):
        fail()
    assert screen.getvalue().count("\x1b[?25h") == screen.getvalue().count("\x1b[?25l") == 1
