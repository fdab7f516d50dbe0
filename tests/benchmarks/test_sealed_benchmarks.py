"""The sealed transport's benchmarks on small inputs, and the comparison of whole evaluations."""

import importlib
import math
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "examples" / "photos"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module(request.param)


def run(script: ModuleType, monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", [script.__name__, *map(str, words)])
    try:
        return script.main() or 0
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.mark.parametrize("script", ["sealed_payloads"], indirect=True)
def test_payloads_changes_and_repairs(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "STEGOS", 2)
    words = ("--data", PHOTOS, "--payloads", 3, "--places", 4, "--repairs", 1)
    assert run(script, monkeypatch, *words) == 0
    said = capsys.readouterr().out
    assert "3 back bit-exact" in said
    assert "4 changes of 1 in 2 stegos" in said
    assert "--ecc, 1 changed samples: 1 of 1 revealed" in said


@pytest.mark.parametrize("script", ["sealed"], indirect=True)
def test_transport_and_peer_stand_in_one_table(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    for name in ("parrots.png", "lighthouse.png"):
        shutil.copy(PHOTOS / name, tmp_path)
    monkeypatch.setattr(script, "SIZE", 96)
    assert run(script, monkeypatch, "--data", tmp_path, "--noise", "uniform") == 0
    said = capsys.readouterr().out
    for row in ("sealed, uniform, 46 dB", "sealed, uniform, lossless", "base 4", "smallest base"):
        assert row in said
    cells = next(line for line in said.splitlines() if "uniform, 41 dB" in line).split("|")
    assert abs(float(cells[2]) - 41) < 0.3


@pytest.mark.parametrize("script", ["sealed_speed"], indirect=True)
def test_times_of_processes_are_printed(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(script, "FILE_BYTES", 1000)
    assert run(script, monkeypatch, "--size", "300x200", "--repeats", 1, "--threads", 1) == 0
    said = capsys.readouterr().out
    assert said.count("300x200") == 4
    assert said.count(f"{script.SIDE} px") == 2


@pytest.mark.parametrize("script", ["reproducible"], indirect=True)
def test_differences_of_evaluations_are_seen(script: ModuleType) -> None:
    def line(psnr: float, mae: float) -> list[dict[str, object]]:
        return [{"pair": "a", "stego": {"psnr": psnr, "mae": mae}, "listed": [1, 2.0]}]

    assert script.differences(line(40, 1), line(40, 1)) == (0, 0)
    assert script.differences(line(math.inf, 1), line(math.inf, 1)) == (0, 0)
    apart = script.differences(line(40, 1), line(40.5, 0.75))
    assert apart == (0.5, 0.25)
    assert script.differences(line(40, 1), [{"pair": "a"}]) == (math.inf, math.inf)
