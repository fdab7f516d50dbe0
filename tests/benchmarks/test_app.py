"""The page under load: a few requests of every kind."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]


def test_a_few_requests(
    load: Load, start: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, out = load("app"), tmp_path / "app.json"
    monkeypatch.setattr(script, "ROUND", 10)
    monkeypatch.setattr(script, "WARM_UP", 1)
    monkeypatch.setattr(script, "STEGOS", 1)
    words = ("--requests", 20, "--at-once", 4, "--load-only", "--json", out)
    assert start("app", *words) == 0
    told = json.loads(out.read_text())["load"]
    assert told["not_as_expected"] == []
    assert sum(told["statuses"].values()) == 20
    assert told["statuses"]["good 200"] > 5
    assert len(told["memory_mebibytes"]) == 2
