"""The header's cost, on small pictures."""

import importlib
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_header_cost_measures_and_says_what_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    script = importlib.import_module("header_cost")
    out = tmp_path / "figures.json"
    words = ("--sizes", "64", "--recipients", "1", "16", "--pairs", "1", "--json", str(out))
    monkeypatch.setattr(sys, "argv", ["header_cost", *words])
    assert script.main() == 0
    told = json.loads(out.read_text())
    plain, signed, *sixteen = told["costs"]
    assert (told["pairs"], plain["header_bytes"], signed["header_bytes"]) == (1, 267, 363)
    for row in (plain, signed):
        assert 0 < row["share"] <= 0.5
        assert 38 < row["stego"] < 43
        # Each stego has its own session key: one pair's cost is within 0.1 dB of chance.
        assert -0.2 < row["without"] - row["stego"] < 0.4
        assert row["revealed"] > 35
    assert [row["stego"] for row in sixteen] == [None, None]
    printed = capsys.readouterr().out
    assert printed.count("too small") == 2
    assert f"{plain['stego']:.3f}" in printed
