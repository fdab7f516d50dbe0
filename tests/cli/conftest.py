"""The command line in this process: quick, and with everything it says at hand."""

import contextlib
import io
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sshr.cli.passphrase import KEY_VARIABLE, VARIABLE
from sshr.cli.runner import run
from sshr.crypto.keyfile import write_key_pair

Rgb8 = NDArray[np.uint8]
WORD = "Trittbrett über 7 Bergen"


@dataclass(frozen=True)
class Said:
    """What one call has returned and written."""

    code: int
    out: str
    err: str


Call = Callable[..., Said]
Snapshot = dict[str, tuple[bytes, int]]


def call(*arguments: object) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return Said(code, out.getvalue(), err.getvalue())


def snapshot(folder: Path) -> Snapshot:
    """Bytes and time of change of every file, hidden ones too; folders by their name alone."""
    found = {}
    for path in sorted(folder.rglob("*")):
        told = (path.read_bytes(), path.stat().st_mtime_ns) if path.is_file() else (b"", 0)
        found[str(path.relative_to(folder))] = told
    return found


@pytest.fixture(autouse=True)
def _nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No passphrase from outside the test, and no terminal to ask for one."""
    for variable in (VARIABLE, KEY_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture(scope="session")
def cli() -> Call:
    return call


@pytest.fixture(scope="session")
def _made(photo: Callable[..., Rgb8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    Image.fromarray(photo("parrots")).save(folder / "secret.png")
    Image.fromarray(photo("sailboats")).save(folder / "reference.png")
    (folder / "word.txt").write_text(WORD + "\n", encoding="utf-8")
    names = [str(folder / name) for name in ("secret.png", "reference.png", "word.txt")]
    said = call(
        *("conceal", names[0], "-r", names[1], "--passphrase-file", names[2]),
        *("-o", folder / "stego.png"),
    )
    assert (said.code, said.err) == (0, "")
    said = call("conceal", names[0], "-r", names[1], "--no-passphrase", "-o", folder / "open.png")
    assert said.code == 0
    return folder


@pytest.fixture
def desk(_made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: secret.png, reference.png, word.txt and its stego.png, and open.png,
    which was made without a passphrase."""
    shutil.copytree(_made, tmp_path / "desk")
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path / "desk"


@pytest.fixture(scope="session")
def _keyed(_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pairs, and signed.png: from mine, for friend and the protected archive."""
    folder = tmp_path_factory.mktemp("keyed")
    for name in ("mine", "friend", "stranger"):
        write_key_pair(folder / name)
    write_key_pair(folder / "archive", b"dust")
    (folder / "dust.txt").write_text("dust\n")
    archive = (folder / "archive.pub").read_text().strip()
    said = call(
        *("conceal", _made / "secret.png", "-r", _made / "reference.png"),
        *("-o", folder / "signed.png", "--from", folder / "mine.key"),
        *("--to", folder / "friend.pub", "--to", archive, "--json"),
    )
    assert (said.code, said.err) == (0, "")
    return folder


@pytest.fixture
def keyed(_keyed: Path, desk: Path) -> Path:
    """The working folder, with the pairs and signed.png."""
    shutil.copytree(_keyed, desk, dirs_exist_ok=True)
    return desk


@pytest.fixture
def refused(desk: Path) -> Callable[..., str]:
    """Calls, expects a code, and returns the message: one line, and no file touched."""

    def expect(code: int, *arguments: object) -> str:
        before = snapshot(desk)
        said = call(*arguments)
        assert snapshot(desk) == before
        assert said.code == code, said.err
        assert said.out == ""
        assert said.err.startswith("sshr: ")
        assert said.err.count("\n") == 1
        assert said.err.endswith("\n")
        assert "Traceback" not in said.err
        assert not said.err.startswith("sshr: unexpected")
        return said.err

    return expect
