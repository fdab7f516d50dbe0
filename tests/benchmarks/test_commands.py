"""Whole commands in turns: what is run, and what the shares are of."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_every_program_runs_every_command_in_turns(
    load: Load, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, usage = load("commands"), load("measuring").Usage
    ran: list[tuple[str, ...]] = []

    def known(words: list[str], passphrase: str, threads: int, path: str) -> object:
        ran.append(tuple(map(str, words)))
        slow = 4.0 if words[0] == "old" else 1.0
        return usage(0.5 if words[1] == "-c" else slow, slow, 100 << 20)

    monkeypatch.setattr(script, "run_process", known)
    out = tmp_path / "figures.json"
    words = ("--previous", "old", "--size", "96x80", "--repeats", 2, "--pictures", 3, "--json", out)
    assert start("commands", *words) == 0
    told = json.loads(out.read_text())
    share = {(one["command"], one["to"]): one["seconds"] for one in told["ratios"]}
    assert share["conceal 256 px", "previous"] == share["3 pictures", "previous"] == 0.25
    assert share["reveal 96x80 sealed", "bound"] == 2.0
    assert "--help" in {command for command, _ in share}
    mine = [words for words in ran if words[0] == sys.executable and "conceal" in words]
    old = [words for words in ran if words[0] == "old" and "conceal" in words]
    assert len(mine) == len(old) == 3 + 2 + 1  # one turn of the small ones does not count
    # Each reads what it has written itself.
    stegos = {words[words.index("-o") + 1].rsplit("-", 1)[1] for words in mine}
    assert stegos == {"this.png", "this"}


def test_some_commands_leave_the_figures_of_others(
    load: Load, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, usage = load("commands"), load("measuring").Usage
    seconds = iter(range(1, 1000))
    monkeypatch.setattr(script, "run_process", lambda *_: usage(next(seconds), 1.0, 1 << 20))
    out = tmp_path / "figures.json"
    words = ("--repeats", 1, "--large-repeats", 0, "--pictures", 2, "--json", out)
    assert start("commands", *words) == 0
    before = json.loads(out.read_text())
    assert start("commands", *words, "--only", "reveal 256", "back") == 0
    after = json.loads(out.read_text())
    for part in ("commands", "ratios"):
        pairs = list(zip(before[part], after[part], strict=True))
        assert all(old["command"] == new["command"] for old, new in pairs)
        changed = {old["command"] for old, new in pairs if old != new}
        assert changed == {"reveal 256 px"} | ({"2 pictures back"} if part == "commands" else set())


def test_a_process_is_measured_and_a_failed_one_said(load: Load) -> None:
    script = load("commands")
    programs = {"this": (sys.executable, script.own_path())}
    (speed,) = script.compared("help", ("--help",), None, programs, 1, 1)
    assert (speed.command, speed.program, speed.runs) == ("help", "this", 1)
    assert min(speed.seconds, speed.cpu_seconds, speed.peak_bytes) > 0
    with pytest.raises(RuntimeError, match="exit code 2"):
        script.compared("bad", ("--nonsense",), None, programs, 1, 1)


def test_what_cannot_be_avoided_is_a_process_that_works(
    load: Load, five: Path, tmp_path: Path
) -> None:
    pictures = sorted(five.iterdir())[:2]
    bound = (*pictures, tmp_path / "out.png")
    script = load("commands")
    found = script.compared("help", ("--version",), bound, {}, 1, 1)
    assert [one.program for one in found] == ["bound"]
    assert (tmp_path / "out.png").read_bytes()[:4] == b"\x89PNG"
