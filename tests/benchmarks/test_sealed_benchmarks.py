"""The sealed transport's benchmarks on small inputs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

PHOTOS = Path(__file__).parents[2] / "examples" / "photos"
Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_payloads_changes_and_repairs(
    load: Load, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("sealed_payloads"), "STEGOS", 2)
    out = tmp_path / "out.json"
    words = ("--data", PHOTOS, "--payloads", 3, "--places", 4, "--repairs", 1, "--json", out)
    assert start("sealed_payloads", *words) == 0
    told = json.loads(out.read_text())["payloads"]
    assert (told["payloads"], told["back"]) == (3, 3)
    assert (told["changes"], told["stegos"], told["unnoticed"]) == (4, 2, 0)
    assert told["damaged"] + told["nothing_found"] == 4
    assert told["ecc"]["revealed"]["1"] == 1
    assert told["ecc"]["wrong"] == 0


def test_transport_and_peer_stand_in_one_table(
    start: Start, load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data, out = tmp_path / "data", tmp_path / "out.json"
    data.mkdir()
    for name in ("parrots.png", "lighthouse.png"):
        shutil.copy(PHOTOS / name, data)
    monkeypatch.setattr(load("sealed"), "SIZE", 96)
    out.write_text('{"speed": {}}')
    assert start("sealed", "--data", data, "--noise", "uniform", "--json", out) == 0
    told = json.loads(out.read_text())
    assert set(told) == {"speed", "fidelity", "capacities"}
    rows = {row["embedding"]: row for row in told["fidelity"]["rows"]}
    assert abs(rows["sealed, uniform, 41 dB"]["stego_psnr"] - 41) < 0.3
    for name in ("sealed, uniform, lossless", "smallest base, lossless"):
        assert (rows[name]["lossless"], rows[name].get("revealed_psnr")) == (2, None)
    assert rows["base 4"]["stego_psnr"] > rows["base 7"]["stego_psnr"] + 3
    fits = told["capacities"]["bytes"]["uniform"]
    assert fits == sorted(fits, reverse=True)
    assert len(fits) == len(told["capacities"]["stego_psnr"])
    assert start("sealed", "--data", data, "--noise", "camera", "--no-peer", "--json", out) == 0
    again = json.loads(out.read_text())
    names = [row["embedding"] for row in again["fidelity"]["rows"]]
    kinds = [f"sealed, {noise}" for noise in ("uniform", "camera")]
    ways = [f"{kind}, {how}" for kind in kinds for how in ("41 dB", "46 dB", "lossless")]
    assert names == [*ways, "base 4", "base 7", "smallest base, lossless"]
    assert {row["embedding"]: row for row in again["fidelity"]["rows"]}.items() >= rows.items()
    assert [*again["capacities"]["bytes"]] == ["uniform", "camera"]
    assert again["capacities"]["bytes"]["uniform"] == fits


def test_times_of_processes_are_kept(
    load: Load, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("speed"), "FILE_BYTES", 1000)
    out = tmp_path / "out.json"
    words = ("--sealed", "--size", "300x200", "--repeats", 1, "--threads", 1, "--json", out)
    assert start("speed", *words) == 0
    told = json.loads(out.read_text())["speed"]
    assert told["size"] == "300x200"
    assert len(told["unseal_256_seconds"]) == 2
    for what in ("file", "picture"):
        assert all(told[what][f"{verb}_seconds"] > 0 for verb in ("conceal", "reveal"))
