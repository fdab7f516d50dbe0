"""Three protocols on ten small pictures."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sshr.metrics import psnr
from sshr.types import Rgb8

Load = Callable[[str], ModuleType]
Start = Callable[..., int]
Photo = Callable[[str, int, int], Rgb8]


def test_all_protocols_for_all_embeddings(
    load: Load, start: Start, five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("detection_protocols"), "SIZE", 80)
    out = tmp_path / "detected.json"
    assert start("detection_protocols", five, five, "--pairs", 2, 4, "--json", out) == 0
    told = json.loads(out.read_text())
    assert (told["photographs"], told["detector"], told["payload"]) == (10, "spam", 1.0)
    kinds = ("uniform", "texture", "adaptive", "camera")
    assert [row["embedding"] for row in told["rows"]] == [
        *(f"sealed, {kind}" for kind in kinds),
        "analog, base",
    ]
    for row in told["rows"]:
        assert [point["pairs"] for point in row["leaked"]] == [2, 4]
        for point in (*row["leaked"], row["twins"], row["elsewhere"]):
            assert 0 <= point["low"] <= point["p_e"] <= point["high"] <= 1


def test_some_embeddings_in_more_splits(
    load: Load, start: Start, five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("detection_protocols"), "SIZE", 80)
    out = tmp_path / "detected.json"
    words = ("--pairs", 2, "--repeats", 5, "--only", "sealed, camera", "--json", out)
    words += ("--ask", "leaked", "twins")
    assert start("detection_protocols", five, five, *words) == 0
    told = json.loads(out.read_text())
    assert told["repeats"] == 5
    assert [row["embedding"] for row in told["rows"]] == ["sealed, camera"]
    assert "elsewhere" not in told["rows"][0]
    assert start("detection_protocols", five, five, *words[:-2], "elsewhere") == 0
    (row,) = json.loads(out.read_text())["rows"]
    assert [*row] == ["embedding", "stego_psnr", "leaked", "twins", "elsewhere"]
    more = (*words[:4], "--only", "analog, base", "analog, paper", "--ask", "leaked", "--json", out)
    assert start("detection_protocols", five, five, *more) == 0
    rows = json.loads(out.read_text())["rows"]
    assert [row["embedding"] for row in rows] == ["sealed, camera", "analog, base", "analog, paper"]
    # Rows of other conditions are not kept beside new ones.
    more = (*words[:4], "--only", "analog, base", "--ask", "leaked", "--json", out)
    assert start("detection_protocols", five, five, *more, "--repeats", 1) == 0
    assert len(json.loads(out.read_text())["rows"]) == 1


def test_a_picture_in_a_robust_stego_and_its_twin(load: Load, photo: Photo) -> None:
    cover = photo("lighthouse", 192, 192)
    ((stego, twin),) = load("detection_protocols").pictures([cover], "robust")
    assert 36 < psnr(stego, cover) < 50
    assert psnr(twin, cover) == pytest.approx(psnr(stego, cover), abs=0.2)


def test_lsb_matching_changes_what_it_says(load: Load) -> None:
    module = load("detection_protocols")
    cover = np.random.default_rng(1).integers(0, 256, (128, 128, 3), np.uint8)
    cover[:20], cover[20:40] = 0, 255
    change = module.matched(cover, 1).astype(int) - cover
    assert set(np.unique(change)) == {-1, 0, 1}
    assert abs((change != 0).mean() - 0.2) < 0.02
