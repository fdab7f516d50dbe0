"""Detectors on stegos of equal payloads, of five small pictures."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_detection_of_sealed_and_analog_stegos(
    load: Load, start: Start, five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("detectability"), "SIZE", 80)
    out = tmp_path / "detected.json"
    words = (five, "--payload", 0.1, "--analog", "--json", out)
    assert start("detectability", *words) == 0
    told = json.loads(out.read_text())
    assert (told["photographs"], told["detector"]) == (5, "spam")
    rows = {row["embedding"]: row for row in told["rows"]}
    sealed = [f"sealed, {noise}" for noise in ("uniform", "texture", "adaptive", "camera")]
    assert list(rows) == ["base-m", *sealed, "analog, base"]
    assert rows["analog, base"]["payload"] is None
    assert 36 < rows["analog, base"]["stego_psnr"] < 46
    for row in rows.values():
        assert len(row["folds"]) == 5
        assert all(0 <= fold <= 1 for fold in row["folds"])
    more = (five, "--only", "sealed, camera", "--payload", 0.1, 0.05, "--json", out)
    assert start("detectability", *more) == 0
    again = json.loads(out.read_text())["rows"]
    assert again == [again[0], *told["rows"]]
    assert (again[0]["embedding"], again[0]["payload"]) == ("sealed, camera", 0.05)
