"""Ctrl-C and SIGTERM at moments that a test can choose: when a module is loaded."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# Sends the signal when the module is asked for, as if it came in the middle of its loading; the
# loader makes another exception of what it meets, as numpy and others do.
TRAP = """
import importlib.abc, os, sys
class Trap(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["TRAP"]:
            del os.environ["TRAP"]
            sys.meta_path.remove(self)
            {body}
if "TRAP" in os.environ:
    sys.meta_path.insert(0, Trap())
"""
PLAIN = "os.kill(os.getpid(), int(os.environ['NUMBER']))"
WRAPPED = f"""
            try:
                {PLAIN}
            except BaseException as error:
                raise ImportError("broken") from error"""
IN_A_FINALISER = f"""
            class Last:
                def __del__(self):
                    {PLAIN}
            Last()
            import time
            time.sleep(60)"""


def stopped(folder: Path, body: str, module: str, number: int) -> subprocess.CompletedProcess[str]:
    (folder / "hook").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(TRAP.format(body=body))
    path = os.pathsep.join([str(folder / "hook"), *(entry for entry in sys.path if entry)])
    words = ("--text", "x", "-r", "reference.png", "-o", "new.png", "--passphrase-file", "word.txt")
    return subprocess.run(
        [sys.executable, "-m", "sshr", "conceal", *words],
        env=os.environ | {"PYTHONPATH": path, "TRAP": module, "NUMBER": str(int(number))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("module", "body"),
    [
        ("typer", PLAIN),  # before any command is known
        ("typer", WRAPPED),
        ("sshr.pipeline.conceal", PLAIN),  # within a command
        ("sshr.pipeline.conceal", WRAPPED),
        ("sshr.pipeline.conceal", IN_A_FINALISER),
    ],
    ids=["at the start", "wrapped at the start", "at work", "wrapped at work", "in a finaliser"],
)
def test_one_line_whenever_it_comes(desk: Path, module: str, body: str, number: int) -> None:
    before = sorted(path.name for path in desk.iterdir())
    done = stopped(desk, body, module, number)
    word = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}[signal.Signals(number)]
    assert done.stderr == f"sshr: {word}; no partial file was left\n"
    assert (done.returncode, done.stdout) == (128 + number, "")
    assert sorted(path.name for path in desk.iterdir()) == sorted([*before, "hook"])
