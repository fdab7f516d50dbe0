"""Names and reasons on one printable line."""

from pathlib import Path

import pytest

from sshr.files.names import is_same_file, plain_name, reason, shown


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("née 日.png", "née 日.png"),
        (Path("a") / "b", str(Path("a") / "b")),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[2J\u202e", "\\x1b[2J\\u202e"),
        ("\udcff", "\\udcff"),
    ],
)
def test_shown(name: str, line: str) -> None:
    assert shown(name) == line


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("report v2.pdf", "report v2.pdf"),
        ("../../.ssh/authorized_keys", "authorized_keys"),
        ("C:evil.exe", "evil.exe"),
        ("..\\x.txt:stream", "stream"),
        ("a\x1b[2J\u202egnp.exe\n", "a[2Jgnp.exe"),
        ("\ufeff\u2066a\u2069\u00ad\u2028", "a"),
        ("\U000e0041tag", "tag"),
        ("می‌خواهم 👩‍🔬.png", "می‌خواهم 👩‍🔬.png"),
        ("..", ""),
        ("\u200e. ", ""),
        ("a\udcff", "a"),
    ],
)
def test_a_foreign_name_leads_nowhere(given: str, left: str) -> None:
    assert plain_name(given) == left


def test_reason_leaves_out_the_path() -> None:
    assert reason(FileNotFoundError(2, "No such file", "/secret/place")) == "No such file"
    assert reason(ValueError("two\nlines\n")) == "two\\nlines"
    assert reason(KeyError()) == "KeyError"


def test_is_same_file(tmp_path: Path) -> None:
    one, link = tmp_path / "one", tmp_path / "link"
    one.touch()
    link.symlink_to(one)
    assert is_same_file(one, str(link))
    assert not is_same_file(one, tmp_path / "missing")
    assert not is_same_file("a\0b", one)
