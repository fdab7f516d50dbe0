"""The tables of `sshr models`."""

import json
from collections.abc import Callable
from typing import Any

import pytest

import sshr
from sshr.cli.models import print_models

ROW = {
    "purpose": "to be shown",
    "parameters": 2_050_000,
    "bytes": 9_100_000,
    "checkpoint": "c0ffee",
}
FIGURES = {"stego_psnr": 40.714, "stego_ssim": 0.9707, "revealed_psnr": 43.456}
SCORES = {"pairs": 24, **FIGURES, "revealed_ssim": 0.98991, "sum": 84.17}


def test_presets_with_and_without_scores(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    other = {"kodak24": SCORES, "bsds100": SCORES | {"pairs": 100, "sum": 83.44}}
    print_models([{"name": "one", **ROW, "scores": other}, {"name": "two", **ROW, "scores": None}])
    printed = capsys.readouterr().out
    for said in ("2.05 M", "9.1", "c0ffee", "to be shown", "kodak24, 24 pairs", "bsds100, 100"):
        assert said in printed
    for figure in ("40.71", "0.9707", "43.46", "0.9899", "84.17", "83.44"):
        assert figure in printed
    (unmeasured,) = [line for line in printed.splitlines() if "not measured" in line]
    assert "two" in unmeasured


def test_models_lists_what_is_packaged(cli: Callable[..., Any]) -> None:
    rows = json.loads(cli("models", "--json").out)["models"]
    assert [row["name"] for row in rows] == ["base", "paper"]
    said = cli("models")
    assert (said.code, said.err) == (0, "")
    for row in rows:
        assert row["checkpoint"] == sshr.load_model(row["name"]).digest[:8].hex()
        assert 0 < row["parameters"] < 10e6
        assert 0 < row["bytes"] < 16e6
        assert row["checkpoint"] in said.out
