"""What must be found, and nothing, on ten small pictures."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_each_detector_has_its_row(
    load: Load, start: Start, five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("detectors"), "SIZE", 64)
    out = tmp_path / "detectors.json"
    words = (five, five, "--repeats", 2, "--json", out)
    assert start("detectors", *words, "--share", 1, "--detector", "spam") == 0
    more = ("--test", five, "--folds", 1)
    assert start("detectors", *words, "--share", 1, "--detector", "stegexpose", *more) == 0
    rows = json.loads(out.read_text())["rows"]
    assert [*rows] == ["spam", "stegexpose"]
    for row in rows.values():
        assert row["photographs"] == 10
        assert row["nothing"]["repeats"] == 2
    assert len(rows["spam"]["replaced"]["1"]) == 5
    assert rows["spam"]["unseen"] == {}
    assert len(rows["stegexpose"]["replaced"]["1"]) == 1
    assert rows["stegexpose"]["others"] == 5
    assert rows["stegexpose"]["unseen"]["1"]["auc"] > 0.7


def test_too_few_photographs_are_refused(
    load: Load,
    start: Start,
    five: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("detectors", "detection_protocols"):
        monkeypatch.setattr(load(name), "SIZE", 64)
    out = tmp_path / "detectors.json"
    assert start("detectors", five, "--json", out) == 2
    assert "5 photographs, of at least 8" in capsys.readouterr().err
    assert start("detectors", five, "--limit", 4, "--repeats", 0, "--json", out) == 2
    assert start("detection_protocols", five, "--pairs", 1, "--json", out) == 2
    assert start("detection_protocols", five, five, "--pairs", 8, "--json", out) == 2
    assert not out.exists()


def test_replacement_touches_only_the_lowest_bits_of_a_share(load: Load) -> None:
    cover = np.random.default_rng(1).integers(0, 256, (128, 128, 3), np.uint8)
    for share in (0.25, 1.0):
        stego = load("detectors").replaced(cover, share, 1)
        assert np.array_equal(stego >> 1, cover >> 1)
        assert abs((stego != cover).mean() - share / 2) < 0.02
