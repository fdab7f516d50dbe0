from dataclasses import replace

from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.records import (
    HOLDS_KEY,
    AttackReport,
    AttackRow,
    Comparison,
    DetectionLine,
    PairLine,
    Run,
)
from sshr.evaluation.report.build import make_report
from sshr.evaluation.report.markdown import to_markdown
from sshr.evaluation.report.tables import (
    attack_table,
    curve_tables,
    detection_tables,
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


def test_a_curve_needs_two_points_and_tells_what_an_oracle_reveals():
    one = line("a", "jpeg:80", 6, oracle_header=EXACT)
    assert curve_tables(report(one)) == []
    (table,) = curve_tables(report(one, replace(one, channel="jpeg:90")))
    assert [row.cells for row in table.rows] == [
        ["40.00", "0 of 1 (exit code 6: 1)", "-", "100.00"]
    ] * 2


def test_what_was_not_measured_says_why():
    told = replace(report(line("a")), absent={"udh": "weights needed"})
    rows = overview_table(told).rows
    assert [row.label for row in rows] == ["m, png", "udh"]
    assert rows[1].cells == ["-"] * 5 + ["weights needed"]


def test_rows_with_the_session_key_are_marked():
    row = AttackRow("k_sym: ones", HOLDS_KEY, 2, 12, 14, 0.1, 0.4, 0.5, 0.6, -1, -1, 0)
    table = attack_table("t", AttackReport(2, [row], {"pixels": 1}))
    assert table.rows[0].label == "k_sym: ones *"
    assert table.rows[0].cells == [
        "12.00",
        "14.00",
        "-1.00",
        "0.100",
        "0.400",
        "0.500",
        "-",
        "0 of 2",
    ]
    assert any("upper bound" in note for note in table.notes)


def test_detectors_have_a_table_where_one_was_asked():
    assert detection_tables(report(line("a"))) == []
    found = DetectionLine("m", "1", "spam", "x", 10, 41.0, [0.0, 0.5])
    told = make_report(RUN, [], [], {}, [found])
    (table,) = detection_tables(told)
    assert table.rows[0].cells == ["0.250 ± 0.250", "41.00", "10"]
    assert "## Detectors" in to_markdown([told])
