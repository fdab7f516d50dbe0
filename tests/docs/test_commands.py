"""Command lines in the documents are ones that sshr takes; those of the manual run as shown."""

import contextlib
import io
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import typer
from PIL import Image
from shown_commands import DOCUMENTS, ROOT, Shown, calls, in_blocks, inline, scripts

from sshr.cli.commands import make_app
from sshr.cli.passphrase import VARIABLE
from sshr.cli.runner import run

HOWTO = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/howto").glob("*.md"))
MANUAL = ["README.md", "docs/tutorial.md", *HOWTO]
NOT_RUN = {"app", "train", "evaluate"}
"""Longer than a test may be (`app` until it is stopped), and tested elsewhere."""
EXPECTED_SHOWN = 40
SIDE = 192


RefusedError: Any = typer.BadParameter.__base__
"""What the parser of the command line raises."""


@pytest.fixture(scope="module")
def app() -> Any:
    return typer.main.get_command(make_app())


def parse(app: Any, words: tuple[str, ...]) -> None:
    """As the command line does, but nothing runs.

    Raises:
        RefusedError: it would be refused.
    """
    name, *rest = words
    assert name in app.commands, f"there is no command {name}"
    with app.commands[name].make_context(name, rest):
        pass


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_in_a_block_is_understood(app: Any, path: Path) -> None:
    for call in in_blocks(path.read_text("utf-8")):
        try:
            parse(app, call.words)
        except RefusedError as error:
            pytest.fail(f"sshr {' '.join(call.words)}: {error.format_message()}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_in_a_sentence_is_there_with_its_options(app: Any, path: Path) -> None:
    for name, *rest in inline(path.read_text("utf-8")):
        if name.isupper() or name.startswith("-") or name == "...":
            continue
        assert name in app.commands, f"sshr {name}"
        known = {o for p in app.commands[name].params for o in (*p.opts, *p.secondary_opts)}
        known.add("--help")
        asked = {word for word in rest if word.startswith("-") and len(word) > 1}
        assert asked <= known, f"sshr {name}: {asked - known}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_script_in_a_block_is_there_with_its_options(path: Path) -> None:
    for name, *rest in scripts(path.read_text("utf-8")):
        source = (ROOT / name).read_text("utf-8")
        asked = {word.partition("=")[0] for word in rest if word.startswith("--")}
        missing = {word for word in asked if f'"{word}"' not in source}
        assert not missing, f"python {name}: {missing}"


def test_enough_commands_are_found() -> None:
    texts = [path.read_text("utf-8") for path in DOCUMENTS]
    assert sum(len(in_blocks(text)) for text in texts) >= EXPECTED_SHOWN
    assert sum(len(inline(text)) for text in texts) >= EXPECTED_SHOWN
    assert sum(len(scripts(text)) for text in texts) >= 5


def test_lines_are_taken_apart() -> None:
    text = "`sshr models`\n\n    sshr key a.pub   # shows\n\n"
    text += "```sh\necho 'a b' | sshr x - \\\n  -o y > z\n```\n"
    assert in_blocks(text) == [
        Shown(("x", "-", "-o", "y"), ("echo", "a b")),
        Shown(("key", "a.pub")),
    ]
    assert inline(text) == [("models",)]
    assert calls("pip install x && sshr models; ls") == [
        Shown(("models",), ("pip", "install", "x"))
    ]


def test_a_wrong_command_is_found(app: Any) -> None:
    for words in (("reveal",), ("conceal", "--nothing"), ("models", "more")):
        with pytest.raises(RefusedError):
            parse(app, words)


def fill(folder: Path) -> None:
    """What the manual's commands are given, under the names that it uses."""
    photos = ROOT / "examples" / "photos"
    for name, photo, at in (
        ("holiday.jpg", "parrots", (300, 120)),
        ("garden.jpg", "lighthouse", (60, 200)),
        ("garden.png", "lighthouse", (60, 200)),
        ("lake.png", "sailboats", (100, 300)),
        ("hill.png", "red-barn", (200, 150)),
        ("secrets/one.png", "parrots", (0, 0)),
        ("references/one.png", "red-barn", (0, 0)),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        with Image.open(photos / f"{photo}.png") as picture:
            box = (*at, at[0] + SIDE, at[1] + SIDE)
            picture.crop(box).save(folder / name)
    (folder / "report.pdf").write_bytes(b"%PDF-1.7 a short report\n" * 20)
    (folder / "word.txt").write_text("a word from a file\n")


def given(call: Shown) -> bytes:
    """What the command before it in the pipe writes."""
    if call.before[:1] == ("echo",):
        return (" ".join(call.before[1:]) + "\n").encode()
    return Path(call.before[1]).read_bytes() if call.before[:1] == ("cat",) else b""


@pytest.mark.parametrize("name", MANUAL)
def test_the_manual_runs_as_shown(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    drawing_from: Callable[[str], AbstractContextManager[None]],
) -> None:
    fill(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, "correct horse battery staple")
    with drawing_from(name):
        run_all(name, monkeypatch)


def run_all(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands in a document's blocks, one after the other, as far as they are quick."""
    for call in in_blocks((ROOT / name).read_text("utf-8")):
        if call.words[0] in NOT_RUN:
            continue
        if call.words[0] == "reference":
            Path(call.words[call.words.index("-o") + 1]).unlink(missing_ok=True)
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given(call)), "utf-8"))
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run(list(call.words))
        err.flush()
        assert code == 0, f"sshr {' '.join(call.words)}: {err.buffer.getvalue().decode()}"
