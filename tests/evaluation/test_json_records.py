import dataclasses
import json
from pathlib import Path

import pytest

from sshr.evaluation.json_records import from_json, to_json
from sshr.evaluation.records import (
    AttackReport,
    Comparison,
    EvaluationReport,
    NiqeScores,
    PairLine,
    Summary,
    WrongKeyLine,
)

RESULTS = Path(__file__).parents[2] / "docs" / "results"
FIGURES = Comparison(40, 0.9, 1.5, 2, 41, 0.01)


def test_a_line_comes_back_from_json():
    line = PairLine(
        *("m", "1", "a | b", "3+4", "png", 0, ""),
        stego=FIGURES,
        niqe=NiqeScores(4.5),
        wrong_key=WrongKeyLine(4),
    )
    told = to_json(line)
    assert "revealed" not in told
    assert from_json(PairLine, json.loads(json.dumps(told))) == line


def test_whole_numbers_are_read_as_floats_and_what_is_unknown_passed_over():
    found = from_json(Summary, {"mean": 4, "min": 1, "max": 7, "count": 2, "more": None})
    assert (found.mean, found.standard_error) == (4.0, None)
    assert isinstance(found.mean, float)


def test_old_names_are_read():
    old = {"pairs": 1, "rows": [], "stego - reference": {"pixels": 3}}
    assert from_json(AttackReport, old).residual_picks == {"pixels": 3}


@pytest.mark.parametrize("path", sorted(RESULTS.glob("kodak24-*.json")), ids=lambda path: path.stem)
def test_committed_reports_are_read_whole(path):
    told = json.loads(path.read_text())
    report = from_json(EvaluationReport, told)
    for method, old in zip(report.methods, told["methods"], strict=True):
        for name, channel in method.channels.items():
            known = old["channels"][name]
            handed = {"handed", "oracle_header"} & known.keys()
            assert (channel.oracle_header is None) == (not handed)
            assert channel.stego.ssim.mean == known["stego"]["ssim"]["mean"]
    assert from_json(EvaluationReport, to_json(report)) == report


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"mean": 1},
        None,
        [1],
        "text",
        dataclasses.asdict(Summary(1, 1, 1, 1)) | {"mean": "1"},
    ],
)
def test_what_is_no_record_is_refused(value):
    with pytest.raises((TypeError, ValueError, AttributeError)):
        from_json(Summary, value)
