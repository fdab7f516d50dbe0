"""Times of large references, on small ones."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_commands_and_searches_are_timed(
    load: Load, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = load("robust_large")
    monkeypatch.setattr(script, "CHANNELS", ("png", "jpeg:75"))
    monkeypatch.setattr(script, "MOVED", ("mirror",))
    monkeypatch.setattr(script, "INNOCENT", ("jpeg:75",))
    out = tmp_path / "large.json"
    sizes = ("--size", "256x256", "--search", "256x192")
    assert start("robust_large", *sizes, "--repeats", 1, "--threads", 1, "--json", out) == 0
    told = json.loads(out.read_text())
    assert (told["size"], told["search"], told["threads"]) == ([256, 256], [256, 192], 1)
    assert [use["command"] for use in told["commands"]] == ["conceal", "reveal"]
    assert all(use["peak_bytes"] > 1 << 20 for use in told["commands"])
    assert [one["is_found"] for one in told["found"]] == [True, True]
    assert [one["is_found"] for one in told["moved"]] == [True]
    assert [one["is_found"] for one in told["innocent"]] == [False]
    searches = told["found"] + told["moved"] + told["innocent"]
    assert all(one["seconds"] > 0 for one in searches)
