"""Scores beside the packaged weights: shown for the checkpoint that was measured, or not at all."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from sshr.zoo.registry import PRESETS
from sshr.zoo.scores import FIGURES, read_scores
from sshr.zoo.summary import summaries

SETS = {"kodak24": {"pairs": 24, **dict.fromkeys(FIGURES, 1.0)}}


def test_scores_are_those_of_the_named_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "base.json"
    assert read_scores(path, "aa") is None
    path.write_text(json.dumps({"checkpoint": "aa", "sets": SETS}))
    assert read_scores(path, "aa") == SETS
    assert read_scores(path, "ab") is None


def test_packaged_scores_are_complete() -> None:
    recorded = list(Path(str(files("sshr.zoo") / "weights")).glob("*.json"))
    assert recorded
    for path in recorded:
        told = json.loads(path.read_text())
        assert path.stem in PRESETS
        assert (told["crop"], told["channel"]) == (256, "png")
        assert len(bytes.fromhex(told["checkpoint"])) == 8
        for scores in told["sets"].values():
            assert set(scores) == {"pairs", *FIGURES}
            both = scores["stego_psnr"] + scores["revealed_psnr"]
            assert scores["sum"] == pytest.approx(both, abs=2e-4)


def test_summaries_hold_the_scores_of_each_preset() -> None:
    for row in summaries():
        path = Path(str(files("sshr.zoo") / "weights" / f"{row['name']}.json"))
        assert row["scores"] == read_scores(path, row["checkpoint"])
