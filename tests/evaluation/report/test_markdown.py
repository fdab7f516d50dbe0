"""Reports as Markdown: every table, with its quoted rows marked."""

from sshr.evaluation.records import Comparison, PairLine, Run
from sshr.evaluation.report.build import make_report
from sshr.evaluation.report.markdown import overview, table_text, to_markdown
from sshr.evaluation.report.tables import Row, Table

TABLE = Table(
    title="Figures",
    heads=["a", "b", "c"],
    rows=[Row("own | one", ["1", "2", "3"]), Row("paper", ["4", "5", "6"], quoted=True)],
    groups=[("left", 2), ("right", 1)],
    notes=["careful"],
)
LINE = PairLine("m", "1", "a", "3+4", "png", 0, "", Comparison(40, 0.9, 2.55, 2.55, 41, 0.1))


def report(skipped=()):
    run = Run(1, "kodak", "d", 1, "64 px", 2, list(skipped), ["png"])
    return make_report(run, [], [LINE], {})


def test_a_table_with_groups_and_notes():
    assert table_text(TABLE).splitlines() == [
        *("**Figures**", "", "|  | left: a | left: b | right: c |", "| --- | ---: | ---: | ---: |"),
        r"| **own \| one** | 1 | 2 | 3 |",
        *("| paper (quoted) | 4 | 5 | 6 |", "", "- careful"),
    ]
    assert table_text(TABLE, "### ").startswith("### Figures\n")


def test_a_whole_report():
    found = to_markdown([report(["one.png: no reference"])])
    assert found.startswith("# Evaluation\n")
    assert "- left out: one.png: no reference" in found
    for title in ("## The paper's tables", "### Every figure"):
        assert title in found
    for title in ("## Distortions", "## Attacks", "## Detectors"):
        assert title not in found
    assert "left out" not in to_markdown([report()])


def test_the_terminal_gets_the_overview_alone():
    found = overview(report())
    assert found in to_markdown([report()])
    assert "##" not in found
