import json

from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.records import (
    Comparison,
    PairLine,
    Run,
)
from sshr.evaluation.report.build import make_report, report_text, revealed_share, to_csv
from sshr.evaluation.report.tables import (
    overview_table,
)

RUN = Run(2, "folder", "d", 1, "64 px", 2, [], ["png"])
EXACT = Comparison(100, 1, 0, 0, 100, 0)


def line(pair, channel="png", outcome=0, **more):
    error = 255 * 10 ** (-40 / 20)
    stego = Comparison(40, 0.97, error, error, 41, 0.01)
    return PairLine(*("m", "1", pair, "3+4", channel, outcome, ""), stego=stego, **more)


def report(*lines):
    return make_report(RUN, [MethodEntry("m", object(), "1")], lines, {})


def test_means_are_over_the_pairs_that_revealed():
    lines = [line("a", revealed=EXACT), line("b", outcome=6)]
    found = report(*lines).methods[0].channels["png"]
    assert (found.pairs, found.outcomes) == (2, {"0": 1, "6": 1})
    assert (found.sum.mean, found.sum.count) == (140, 1)
    assert found.points == [(40, 100)]
    assert revealed_share(found) == "1 of 2 (exit code 6: 1)"
    (row,) = overview_table(report(*lines)).rows
    assert row.cells[-2:] == ["140.00", "1 of 2 (exit code 6: 1)"]


def test_numbers_are_written_as_long_as_they_are_worth():
    told = json.loads(report_text(report(line("a"))))
    assert told["methods"][0]["channels"]["png"]["stego"]["rmse"]["mean"] == 2.55


def test_pairs_are_rows_and_nested_figures_columns():
    rows = to_csv([line("a", revealed=EXACT), line("b")]).splitlines()
    assert rows[0].startswith("method,identity,pair,files,channel,outcome,message,stego.psnr")
    assert len(rows) == 3
    assert rows[2].endswith(",,,,,,")
