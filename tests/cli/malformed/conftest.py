"""Valid files, and a runner that lets no malformed one do harm."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sshr.pipeline.words import WITHOUT

PLAIN = "--no-passphrase"
CODES = {0, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14}
Command = tuple[str, ...]
Survive = Callable[..., None]


@pytest.fixture(scope="session")
def _valid(
    photo: Callable[..., NDArray[np.uint8]],
    cli: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("valid")
    for name, source in (("secret", "parrots"), ("reference", "sailboats")):
        picture = Image.fromarray(photo(source, 72, 72))
        (folder / f"{name}s").mkdir()
        picture.save(folder / f"{name}.png")
        picture.save(folder / f"{name}s" / "one.png")
    (folder / "word.txt").write_text("open sesame\n")
    (folder / "folder.png").mkdir()
    names = [folder / f"{name}.png" for name in ("secret", "reference", "stego")]
    assert cli("conceal", names[0], "-r", names[1], "-o", names[2], PLAIN).code == 0
    assert cli("keygen", folder / "mine").code == 0
    return folder


@pytest.fixture
def bench(_valid: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: secret.png, reference.png, their stego.png, a folder of each of the
    first two, word.txt, mine.key, mine.pub and a folder called folder.png."""
    shutil.copytree(_valid, tmp_path / "bench")
    monkeypatch.chdir(tmp_path / "bench")
    return tmp_path / "bench"


@pytest.fixture
def survive(bench: Path, cli: Callable[..., Any]) -> Survive:
    """Runs commands: each ends well or with one line and a code, and neither changes nor leaves
    anything else than its output, out.png or the folder out."""

    def run(commands: Iterable[Command], folders: bool = False) -> None:
        before = _seen(bench)
        for words in commands:
            said = cli(*words)
            lines = [line for line in said.err.splitlines() if WITHOUT not in line]
            assert said.code in (CODES | {1} if folders else CODES), (words, said)
            assert "Traceback" not in said.err
            assert "unexpected" not in said.err, (words, said)
            assert all(line.startswith("sshr: ") and line.isprintable() for line in lines), said.err
            if said.code > 1:
                assert (len(lines), said.out) == (1, ""), (words, said)
            if said.code == 0 or folders:
                shutil.rmtree("out", ignore_errors=True)
                with contextlib.suppress(FileNotFoundError):
                    os.unlink("out.png")
            assert _seen(bench) == before, words

    return run


@pytest.fixture
def survive_picture(survive: Survive) -> Callable[[str], None]:
    """Every command with this file as secret, reference and stego."""

    def run(name: str) -> None:
        out, shared = ("-o", "out.png", PLAIN), ("-r", "reference.png")
        survive(
            [
                ("conceal", name, *shared, *out),
                ("conceal", "secret.png", "-r", name, *out),
                ("reveal", name, *shared, *out),
                ("reveal", "stego.png", "-r", name, *out),
                ("inspect", name, *shared, PLAIN),
                ("inspect", "stego.png", "-r", name, PLAIN),
            ]
        )

    return run


def _seen(folder: Path) -> dict[str, tuple[int, ...]]:
    """Kind, size, time of change and inode of everything, links not followed."""
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
        if path.is_dir():
            found[str(path)] = (status.st_mode,)
    return found
