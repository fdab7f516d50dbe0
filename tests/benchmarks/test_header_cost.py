"""The header's cost, on small pictures."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np


def test_header_cost_measures_and_says_what_does_not_fit(
    start: Callable[..., int], tmp_path: Path
) -> None:
    out = tmp_path / "figures.json"
    words = ("--sizes", 64, "--recipients", 1, 16, "--pairs", 1, "--json", out)
    assert start("header_cost", *words) == 0
    told = json.loads(out.read_text())
    plain, signed, *sixteen = told["costs"]
    assert (told["pairs"], plain["header_bytes"], signed["header_bytes"]) == (1, 315, 411)
    for row in (plain, signed):
        assert row["share"] == 8 * row["header_bytes"] / (3 * 64 * 64)
        assert 30 < row["stego"] <= row["without"] + 0.1
        assert 30 < row["revealed"] < row["revealed_without"] + 0.1
    assert signed["stego"] < plain["stego"] + 0.1
    assert [row["stego"] for row in sixteen] == [None, None]
    again = tmp_path / "again.json"
    assert start("header_cost", *words[:-1], again) == 0
    assert json.loads(again.read_text()) == told
    assert start("header_cost", "--sizes", 70, "--pairs", 1) == 2


def test_without_its_header_it_is_the_same_stego(
    load: Callable[[str], ModuleType], photo: Callable[..., np.ndarray]
) -> None:
    script = load("header_cost")
    engine = script.Engine(script.load_model(script.PRESET))
    pair = photo("parrots", 192, 192), photo("lighthouse", 192, 192)
    cost = script.cost_of(engine, *pair, 1, False, "seed")
    # From 180 px on a bit has the three samples of a pixel to choose from.
    assert cost.share == 3 * 8 * cost.header_bytes / (3 * 192 * 192)
    assert 0 < cost.without - cost.stego < 1
