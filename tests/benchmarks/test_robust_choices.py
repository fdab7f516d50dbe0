"""Settings of the robust transport tried on a few small pictures."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sshr.transports.robust import codec, planning, profiles, spread

PHOTOS = Path(__file__).parents[2] / "examples" / "photos"

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_values_are_tried_and_put_back(
    load: Load, start: Start, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = load("robust_choices")
    monkeypatch.setattr(script, "SIZE", 192)
    monkeypatch.setattr(script, "TIMED", 1)
    values = {"harsh": ((16, 16), (24, 192)), "second": (profiles._SECOND,)}
    values |= {"coder": (6, 9), "time": (6,)}
    few = {name: (script.CHOICES[name][0], chosen) for name, chosen in values.items()}
    monkeypatch.setattr(script, "CHOICES", few)
    before = spread.LIVELY, codec._FINAL
    out = tmp_path / "choices.json"
    only = ["--only", *few]
    assert start("robust_choices", "--data", photos, "--pairs", 1, "--json", out, *only) == 0
    assert before == (spread.LIVELY, codec._FINAL)
    told = json.loads(out.read_text())
    even, calm = told["harsh"]
    assert (even["value"], calm["value"]) == ("(16, 16)", "(24, 192)")
    assert even["visible"] != calm["visible"]
    for row in told["harsh"] + told["second"]:
        assert row["stego"] == pytest.approx(40.6, abs=0.4)
        assert row["revealed"] > 15
        assert row["lost"] == row["refused"] == 0
    slow, fast = told["coder"]
    assert slow["psnr_1400"] > slow["psnr_220"]
    assert slow["psnr_1400"] >= fast["psnr_1400"]
    assert told["time"][0]["most"] > 0


def test_all_values_in_use_are_among_those_tried(load: Load) -> None:
    tried = dict(load("robust_choices").CHOICES.values())
    assert spread.LIVELY in tried["spread.LIVELY"]
    assert profiles._SECOND in tried["profiles._SECOND"]
    assert planning._RATE in tried["planning._RATE"]
    assert codec._FINAL in tried["codec._FINAL"]
    assert codec._SAMPLING in tried["codec._SAMPLING"]
    assert codec._DERINGING in tried["codec._DERINGING"]


def test_change_in_calm_tiles_is_more_visible(load: Load) -> None:
    visible = load("robust_choices").visible
    reference = np.full((32, 32, 3), 100, np.uint8)
    reference[:, 16:] += np.random.default_rng(1).integers(0, 50, (32, 16, 1)).astype(np.uint8)
    calm, lively = reference.copy(), reference.copy()
    calm[:8, :8] += 4
    lively[:8, 16:24] += 4
    assert visible(calm, reference) == pytest.approx(4)
    assert 0 < visible(lively, reference) < 0.5
    assert visible(reference, reference) == 0


def test_pairs_are_the_same_each_time(
    load: Load, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = load("robust_choices").drawn_pairs
    monkeypatch.setattr(load("robust_choices"), "SIZE", 192)
    first, again = drawn(photos, 1, 3), drawn(photos, 1, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first[0][0], first[0][1])
