"""Programs whose standard streams are closed, full or narrow, as under cron, pipes and services."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sshr.cli.streams import check_stdout, read_input
from sshr.errors import OutputError, UsageError

TEXT = ("conceal", "--text", "x", "-r", "reference.png", "-o", "new.png", "--no-passphrase")


def shell(
    redirection: str, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """`python -m sshr ARGUMENTS REDIRECTION`."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.run(
        ["sh", "-c", f'exec "$0" -m sshr "$@" {redirection}', sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def test_nobody_hears_the_warnings(desk: Path) -> None:
    done = shell("2>&-", *TEXT, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["stego"] == "new.png"
    assert (desk / "new.png").exists()


def test_nobody_hears_the_error(desk: Path) -> None:
    done = shell("2>&-", "inspect", "gone.png", "-r", "reference.png", "--no-passphrase")
    assert (done.returncode, done.stdout) == (7, "")


@pytest.mark.usefixtures("desk")
def test_nobody_types() -> None:
    for words in (
        ("inspect", "stego.png", "-r", "reference.png"),
        ("inspect", "stego.png", "-r", "reference.png", "--passphrase-file", "-"),
        ("conceal", "--file", "-", *TEXT[3:]),
    ):
        done = shell("<&-", *words)
        assert done.returncode == 2, done.stderr
        assert "standard input is closed" in done.stderr or "a passphrase is needed" in done.stderr


def test_nobody_reads_the_result(desk: Path) -> None:
    assert shell(">&-", *TEXT).returncode == 0
    done = shell(">&-", "reveal", "open.png", *TEXT[3:5], "-o", "-", "--no-passphrase")
    assert done.returncode == 8
    assert "standard output is closed" in done.stderr
    assert not (desk / "-").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_a_full_output_says_that_the_file_is_complete(desk: Path) -> None:
    done = shell(">/dev/full", *TEXT)
    assert done.returncode == 8
    *_, last = done.stderr.splitlines()
    assert last.startswith("sshr: standard output cannot be written (No space left on device)")
    assert done.stderr.count("\n") == 2  # the other is about the passphrase
    assert (desk / "new.png").exists()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_any_encoding_can_say_any_name(desk: Path, encoding: str) -> None:
    name = "файл.png"
    words = [name if word == "new.png" else word for word in TEXT]
    done = shell("", *words, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    told = name if encoding == "utf-8" else name.encode("ascii", "backslashreplace").decode()
    assert f"{told} written" in done.stdout
    assert (desk / name).exists()


def test_streams_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"abc")))
    assert read_input(2) == b"abc"
    for closed in (None, open(os.devnull)):  # noqa: SIM115
        monkeypatch.setattr(sys, "stdin", closed)
        with pytest.raises(UsageError, match="standard input is closed"):
            read_input(2)
        monkeypatch.setattr(sys, "stdout", closed)
        with pytest.raises(OutputError, match="standard output is closed"):
            check_stdout()
