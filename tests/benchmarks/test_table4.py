"""Rows of Table 4 on a few small pictures, and the curves of Figure 6."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

Load = Callable[[str], ModuleType]
Start = Callable[..., int]
QUICK = ("--leaked", "spam", "--elsewhere", "spam")


@pytest.fixture
def small(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four photographs to learn from elsewhere, 80 px."""
    module = load("table4")
    for name, value in (("SIZE", 80), ("SCHOOL", 4)):
        monkeypatch.setattr(module, name, value)


@pytest.mark.usefixtures("small")
def test_rows_of_several_runs_are_kept_and_drawn(start: Start, five: Path, tmp_path: Path) -> None:
    out, drawn = tmp_path / "table4.json", tmp_path / "figure6.svg"
    common = ("--pairs", 5, *QUICK, "--json", out)
    assert start("table4", five, five, "--method", "lsb:1", *common) == 0
    assert start("table4", five, five, "--sealed", "camera", "--payload", 1, *common) == 0
    told = json.loads(out.read_text())
    assert [*told["rows"]] == ["lsb:1", "sealed, camera"]
    assert (told["school"], told["payload"]) == (4, 1.0)
    for row in told["rows"].values():
        assert row["pairs"] == 5
        assert 45 < row["stego_psnr"] < 60
        assert len(row["leaked"]["spam"]) == 5
        judged = row["elsewhere"]["spam"]
        assert 0 <= judged["low"] <= judged["p_e"] <= judged["high"] <= 1
        false, true = row["stegexpose"]["roc"]
        assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
        assert row["stegexpose"]["auc"] == pytest.approx(np.trapezoid(true, false))
    assert start("table4", "--json", out, "--picture", drawn, "--draw", "lsb:1") == 0
    assert f"lsb:1 ({told['rows']['lsb:1']['stegexpose']['auc']:.2f})" in drawn.read_text()


@pytest.mark.usefixtures("small")
def test_a_detector_that_is_asked_later_joins_those_before_about_the_same_stegos(
    load: Load, start: Start, five: Path, tmp_path: Path
) -> None:
    out = tmp_path / "table4.json"
    words = (five, five, "--method", "lsb:1", "--json", out)

    def row(*more: object) -> dict[str, Any]:
        assert start("table4", *words, *more) == 0
        return json.loads(out.read_text())["rows"]["lsb:1"]

    before = row("--pairs", 5, "--leaked", "spam", "--elsewhere")
    after = row("--pairs", 5, "--leaked", "stegexpose", "--elsewhere", "spam")
    assert [*after["leaked"]] == ["spam", "stegexpose"]
    assert after["leaked"]["spam"] == before["leaked"]["spam"]
    assert ([*before["elsewhere"]], [*after["elsewhere"]]) == ([], ["spam"])
    # Of other stegos nothing is kept.
    assert [*row("--pairs", 6, "--leaked", "--elsewhere", "spam")["leaked"]] == []
    louder = after | {"stego_psnr": after["stego_psnr"] + 0.01}
    assert load("table4").joined(louder, after | {"leaked": {}})["leaked"] == {}


@pytest.mark.usefixtures("small")
def test_a_photograph_is_not_tested_that_was_learned_from(
    start: Start, five: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--method", "lsb:1", "--pairs", 7, *QUICK, "--json", tmp_path / "out.json")
    assert start("table4", five, five, *words) == 2
    assert "7 pairs and 4 others of 10 photographs" in capsys.readouterr().err


def test_a_method_without_weights_is_one_line(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert start("table4", "--method", "udh:float", "--json", out) == 9
    assert capsys.readouterr().err.startswith("table4: udh-float: weights needed: ")
    assert not out.exists()
