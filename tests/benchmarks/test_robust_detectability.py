"""Detectors on robust stegos of five small pictures."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_detection_of_robust_stegos(
    load: Load, start: Start, five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("robust_detectability"), "SIZE", 96)
    out = tmp_path / "detected.json"
    assert start("robust_detectability", five, "--json", out) == 0
    told = json.loads(out.read_text())
    assert (told["photographs"], told["detector"]) == (5, "spam")
    levels = [("messenger", 44.0), ("messenger", 40.6), ("harsh", 44.0), ("harsh", 40.6)]
    assert [(row["design"], row["level"]) for row in told["rows"]] == levels
    for row in told["rows"]:
        assert row["stego_psnr"] == pytest.approx(row["level"], abs=0.6)
        assert len(row["folds"]) == 5
        assert all(0 <= row[f"edges_{side}"] <= 0.5 for side in (8, 16))


def test_edges_of_blocks(load: Load) -> None:
    script = load("robust_detectability")
    flat = np.full((96, 96, 3), 100, np.uint8)
    noisy = flat + np.random.default_rng(1).integers(0, 9, (96, 96, 1)).astype(np.uint8)
    assert script.edges(noisy, 8) == pytest.approx(1, abs=0.1)
    tiles = np.random.default_rng(2).integers(0, 99, (12, 12, 1)).astype(np.uint8)
    tiled = np.kron(tiles, np.ones((8, 8, 3), np.uint8)) + noisy
    assert script.edges(tiled, 8) > 3
    assert script.edges(tiled, 16) > 1


def test_least_error(load: Load) -> None:
    error = load("robust_detectability").least_error
    assert error([1, 2, 3], [4, 5, 6]) == 0
    assert error([4, 5, 6], [1, 2, 3]) == 0
    assert error([1, 2, 3, 4], [1.5, 2.5, 3.5, 4.5]) == pytest.approx(0.375)
    assert error([1, 3], [2, 4]) == pytest.approx(0.25)
