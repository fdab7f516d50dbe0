"""Scores are recorded from reports, for the checkpoint that was measured."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sshr.errors import UsageError
from sshr.evaluation.protocols import PROTOCOLS
from sshr.evaluation.records import (
    ChannelSummary,
    ComparisonSummary,
    EvaluationReport,
    MethodReport,
    Run,
    Summary,
)
from sshr.evaluation.report.build import report_text
from sshr.zoo.registry import load_model

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def comparison(psnr: float, ssim: float) -> ComparisonSummary:
    others = (Summary(1, 1, 1, 2) for _ in range(3))
    return ComparisonSummary(Summary(psnr, psnr, psnr, 2), Summary(ssim, ssim, ssim, 2), *others)


def report(
    data: str = "kodak24",
    name: str = "paper",
    identity: str | None = None,
    channel: str = "png",
    protocol: str = "kodak",
) -> EvaluationReport:
    identity = identity or load_model("paper", "cpu").digest[:8].hex()
    found = ChannelSummary(
        *(2, {"0": 2}, comparison(40, 0.97)),
        revealed=comparison(43.25, 0.99),
        sum=Summary(83.25, 80, 90, 2),
    )
    size = PROTOCOLS[protocol].describe
    run = Run(2, protocol, data, 1, size, 2, [], [channel])
    return EvaluationReport(run, [MethodReport(name, identity, {channel: found})], {})


def test_scores_are_recorded_for_their_checkpoint(load: Load, start: Start, tmp_path: Path) -> None:
    source, kept = tmp_path / "report.json", tmp_path / "paper.json"
    source.write_text(report_text(report()))
    assert start("record_scores", source, "--out", tmp_path) == 0
    told = json.loads(kept.read_text())
    assert told["checkpoint"] == report().methods[0].identity
    expected = {"pairs": 2, "stego_psnr": 40, "stego_ssim": 0.97}
    expected |= {"revealed_psnr": 43.25, "revealed_ssim": 0.99, "sum": 83.25}
    assert told["sets"] == {"kodak24": expected}
    record = load("record_scores").record
    record(report("bsds100"), tmp_path)
    assert set(json.loads(kept.read_text())["sets"]) == {"kodak24", "bsds100"}
    # Figures of other weights are dropped.
    kept.write_text(json.dumps(told | {"checkpoint": "00" * 8}))
    record(report("bsds100"), tmp_path)
    assert set(json.loads(kept.read_text())["sets"]) == {"bsds100"}


@pytest.mark.parametrize(
    "changes",
    [{"name": "linear"}, {"channel": "float"}, {"protocol": "folder"}, {"identity": "0"}],
)
def test_other_figures_are_not_recorded(
    load: Load, tmp_path: Path, changes: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        load("record_scores").record(report(**changes), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_committed_scores_are_what_is_recorded(load: Load, tmp_path: Path) -> None:
    script = load("record_scores")
    results = Path(script.__file__).parents[1] / "docs" / "results"
    for path in results.glob("scores-*.json"):
        script.record(script.from_json(EvaluationReport, json.loads(path.read_text())), tmp_path)
    for preset in ("base", "paper"):
        own = json.loads((tmp_path / f"{preset}.json").read_text())
        shipped = json.loads((script.WEIGHTS / f"{preset}.json").read_text())
        assert own["checkpoint"] == shipped["checkpoint"]
        for name, figures in shipped["sets"].items():
            assert own["sets"][name] == pytest.approx(figures, abs=1e-4)
