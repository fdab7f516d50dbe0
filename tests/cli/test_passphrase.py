"""Where the passphrase comes from: a file, the environment or a hidden prompt; never an argument.

The prompt is tried on a pseudo-terminal that is the controlling terminal of a new session, as in
a shell.
"""

import io
import os
import pty
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sshr.cli.keys import ReaderGroup, SenderGroup
from sshr.cli.passphrase import VARIABLE
from sshr.errors import UsageError

USAGE, WRONG_KEY, INTERRUPTED = 2, 4, 130
CONCEAL = ("conceal", "secret.png", "-r", "reference.png")
INSPECT = ("inspect", "stego.png", "-r", "reference.png")
PATIENCE = 300


class Terminal:
    """`python -m sshr ARGUMENTS` with a terminal for all three streams."""

    def __init__(self, *arguments: str) -> None:
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "100", "OMP_NUM_THREADS": "1"}
        self.pid, self.master = pty.fork()
        if self.pid == 0:  # the child; little but exec is safe here
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a background job inherits it ignored
            os.execve(sys.executable, [sys.executable, "-m", "sshr", *arguments], environment)
        self.text = ""
        self.seen = 0
        self.code: int | None = None

    def _read(self, deadline: float) -> bool:
        """Read what there is; False at the end."""
        if not select.select([self.master], [], [], max(0, deadline - time.monotonic()))[0]:
            raise AssertionError(f"nothing more came after {self.text!r}")
        try:
            data = os.read(self.master, 4096)
        except OSError:  # Linux: the other side is closed
            return False
        self.text += data.decode()
        return bool(data)

    def answer(self, prompt: str, line: str) -> None:
        """Wait for the prompt to come (anew), then type."""
        deadline = time.monotonic() + PATIENCE
        while prompt not in self.text[self.seen :]:
            assert self._read(deadline), self.text
        self.seen = self.text.index(prompt, self.seen) + len(prompt)
        if not line:
            return
        while termios.tcgetattr(self.master)[3] & termios.ECHO:
            # What is typed before the echo is off would be thrown away.
            assert time.monotonic() < deadline, "the echo stays on"
            time.sleep(0.01)
        os.write(self.master, line.encode())

    def finish(self) -> int:
        """The exit code, once everything has been read."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        while not (waited := os.waitpid(self.pid, os.WNOHANG))[0]:
            assert time.monotonic() < deadline, f"still running after {self.text!r}"
            time.sleep(0.02)
        self.code = os.waitstatus_to_exitcode(waited[1])
        return self.code

    def close(self) -> None:
        os.close(self.master)
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Terminal]]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
    opened: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        opened.append(Terminal(*arguments))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_prompt_is_hidden_and_asks_again_until_both_agree(
    terminal: Callable[..., Terminal], desk: Path, cli: Callable[..., Any]
) -> None:
    shell = terminal(*CONCEAL, "-o", "new.png")
    shell.answer("Passphrase: ", "Seegraß\n")
    shell.answer("Repeat for confirmation: ", "Seegras\n")
    shell.answer("do not match", "")
    shell.answer("Passphrase: ", "Seegraß\n")
    shell.answer("Repeat for confirmation: ", "Seegraß\n")
    assert shell.finish() == 0
    assert "Seegra" not in shell.text
    assert "new.png written" in shell.text
    (desk / "typed.txt").write_text("Seegraß")
    arguments = ("inspect", "new.png", "-r", "reference.png", "--passphrase-file", "typed.txt")
    assert cli(*arguments).code == 0


def test_reading_asks_once(terminal: Callable[..., Terminal], desk: Path) -> None:
    shell = terminal(*INSPECT)
    shell.answer("Passphrase: ", (desk / "word.txt").read_text())
    assert shell.finish() == 0
    assert shell.text.count("Passphrase") == 1
    assert "Repeat" not in shell.text
    assert "Trittbrett" not in shell.text


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_at_the_prompt_writes_nothing(
    terminal: Callable[..., Terminal], desk: Path, key: str
) -> None:
    before = sorted(desk.iterdir())
    shell = terminal(*CONCEAL, "-o", "new.png")
    shell.answer("Passphrase: ", key)
    assert shell.finish() == INTERRUPTED
    assert "sshr: interrupted; no partial file was left" in shell.text
    assert "Traceback" not in shell.text
    assert sorted(desk.iterdir()) == before


def test_environment(desk: Path, cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, (desk / "word.txt").read_text().strip())
    assert cli(*INSPECT).code == 0
    monkeypatch.setenv(VARIABLE, "something else")
    assert cli(*INSPECT).code == WRONG_KEY
    assert cli(*INSPECT, "--passphrase-file", "word.txt").code == 0  # the option goes first


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [
        ("word", b"word"),
        ("word\n", b"word"),
        ("word\r\n", b"word"),
        ("word\n\n", b"word\n"),
        (" two words \n", b" two words "),
        ("Fu\u0308\u00dfe\n", "F\u00fc\u00dfe".encode()),  # NFC, however it was typed
        ("\n\n", b"\n"),
        ("\ufeffword\r\n", b"word"),  # as Notepad and PowerShell's Out-File save it
    ],
)
def test_one_line_break_at_the_end_of_the_file_is_not_part_of_it(
    tmp_path: Path, content: str, passphrase: bytes
) -> None:
    file = tmp_path / "word.txt"
    file.write_bytes(content.encode())
    assert SenderGroup(passphrase_file=file).read().passphrase == passphrase


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_windows_files_and_pipes_open_what_others_made(
    desk: Path, cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    data = (desk / "word.txt").read_text("utf-8").replace("\n", "\r\n").encode(encoding)
    (desk / "marked.txt").write_bytes(data)
    assert cli(*INSPECT, "--passphrase-file", "marked.txt").code == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert cli(*INSPECT, "--passphrase-file", "-").code == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the passphrase is empty"),
        (b"\n", "the passphrase is empty"),
        (b"\xff\xfe\x00word", "cannot read it"),
        (None, "cannot read it"),
    ],
)
@pytest.mark.parametrize("command", [(*CONCEAL, "-o", "new.png"), INSPECT], ids=lambda c: c[0])
def test_unusable_file(
    refused: Callable[..., str],
    desk: Path,
    command: tuple[str, ...],
    content: bytes | None,
    words: str,
) -> None:
    if content is not None:
        (desk / "given.txt").write_bytes(content)
    assert words in refused(USAGE, *command, "--passphrase-file", "given.txt")


def test_empty_variable(refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")
    assert "the passphrase is empty" in refused(USAGE, *CONCEAL, "-o", "new.png")


def test_nobody_to_ask(refused: Callable[..., str]) -> None:
    message = refused(USAGE, *CONCEAL, "-o", "new.png")
    for way in ("--passphrase-file (- is standard input)", VARIABLE, "--no-passphrase"):
        assert way in message


def test_contradiction(refused: Callable[..., str]) -> None:
    arguments = (*CONCEAL, "-o", "new.png", "--no-passphrase", "--passphrase-file", "word.txt")
    assert "contradict" in refused(USAGE, *arguments)


@pytest.mark.parametrize("option", ["--passphrase", "--password", "-p"])
def test_no_option_takes_the_passphrase_itself(refused: Callable[..., str], option: str) -> None:
    assert "No such option" in refused(USAGE, *INSPECT, option, "Trittbrett")
    assert "No such option" in refused(USAGE, *CONCEAL, "-o", "new.png", f"{option}=Trittbrett")


@pytest.mark.usefixtures("desk")
def test_going_without_says_what_that_means(cli: Callable[..., Any]) -> None:
    said = cli(*CONCEAL, "--no-passphrase", "-o", "new.png", "--json")
    assert said.code == 0
    assert said.err.count("\n") == 1
    assert "whoever holds the reference photograph" in said.err
    assert "can reveal the secret" in said.err


def test_keys_for_nobody_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="a passphrase is needed"):
        ReaderGroup().read()
