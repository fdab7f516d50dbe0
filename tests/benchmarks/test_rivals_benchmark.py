"""The runs of the rivals and what their networks cost, on the smallest of them."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch

from sshr.network.kinds import build
from sshr.network.rivals.config import RIVALS, SYSTEMS
from sshr.training.recipe_file import load_recipe
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.presets import PRESETS

Load = Callable[[str], ModuleType]


def test_there_is_a_recipe_for_every_rival_and_for_ours(load: Load) -> None:
    names = load("rivals").recipes()
    assert {*SYSTEMS, "paper", "hinet-float", "udh-float", "baluja-float"} <= set(names)
    for name in names:
        assert load_recipe(f"rivals/{name}").preset == name.partition("-")[0]


def test_a_run_begins_then_resumes_and_its_processor_time_adds_up(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rivals, calls = load("rivals"), []

    def run(command: list[str], check: bool) -> None:
        calls.append(command)
        (tmp_path / "last.ckpt").touch()

    used = (SimpleNamespace(ru_utime=3.0 * n, ru_stime=0.5 * n) for n in itertools.count())
    clock = (5.0 * n for n in itertools.count())
    monkeypatch.setattr(rivals.subprocess, "run", run)
    monkeypatch.setattr(rivals.resource, "getrusage", lambda who: next(used))
    monkeypatch.setattr(rivals.time, "perf_counter", lambda: next(clock))
    for _ in range(2):
        rivals.train("hidden", Path("photographs"), tmp_path)
    first, second = calls
    assert first[first.index("--recipe") + 1] == "rivals/hidden"
    assert "--resume" in second
    assert "--recipe" not in second
    spent = json.loads((tmp_path / "spent.json").read_text())
    assert spent == {"cpu": 7.0, "wall": 10.0}


def test_what_a_run_was_is_told(load: Load, start: Callable[..., int], tmp_path: Path) -> None:
    run = tmp_path / "hidden"
    run.mkdir()
    (run / "spent.json").write_text('{"cpu": 90, "wall": 180}')
    (run / "log.csv").write_text("step,skipped,rollbacks\n5,0,0\n7,2,1\n")
    torch.save({"sshr": {"step": 8}}, run / "last.ckpt")
    digest = save_checkpoint(build(RIVALS["hidden"]), run / "model.safetensors")
    out = tmp_path / "rivals.json"
    assert start("rivals", "--runs", tmp_path, "--json", out) == 0
    (told,) = json.loads(out.read_text())["runs"]
    wanted: dict[str, Any] = {"recipe": "hidden", "system": "hidden", "channel": "png"}
    wanted |= {"cpu_minutes": 1.5, "wall_minutes": 3.0, "steps": 8, "skipped": 2, "rollbacks": 1}
    assert told | wanted == told
    assert told["digest"] == digest.hex()
    run.rename(tmp_path / "baluja")
    assert start("rivals", "--runs", tmp_path, "--json", out) == 0
    assert [run["recipe"] for run in json.loads(out.read_text())["runs"]] == ["baluja", "hidden"]


def test_time_and_memory_of_ours_and_of_a_rival(
    load: Load, capsys: pytest.CaptureFixture[str], start: Callable[..., int]
) -> None:
    for name, parameters in (("paper", None), ("hidden", 658_439)):
        assert start("rivals", "--one", name, "--repeats", 1) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["name"] == name
        assert parameters in (None, told["parameters"])
        assert min(told["conceal_seconds"], told["reveal_seconds"], told["peak_bytes"]) > 0


def test_every_network_has_a_process_of_its_own(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    rivals, asked = load("rivals"), []

    def run(command: list[str], **options: Any) -> Any:
        name = command[command.index("--one") + 1]
        asked.append(name)
        told = {"name": name, "parameters": 1, "conceal_seconds": 1.0, "reveal_seconds": 2.0}
        return type("Done", (), {"stdout": json.dumps(told | {"peak_bytes": 3})})

    monkeypatch.setattr(rivals.subprocess, "run", run)
    found = rivals.costs(1)
    assert asked == [one.name for one in found] == [*PRESETS, *SYSTEMS]
