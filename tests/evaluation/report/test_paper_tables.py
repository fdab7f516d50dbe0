from pathlib import Path

from sshr.evaluation.report.html import to_html
from sshr.evaluation.report.markdown import to_markdown
from sshr.evaluation.report.paper_tables import paper_tables, quoted


def test_the_papers_own_contradictions_are_where_the_notes_say():
    paper = quoted()
    impossible = [
        (key, row["method"], i)
        for key in ("table1", "table7")
        for row in paper[key]["rows"]
        for i in range(3)
        if row["cells"][4 * i + 3] < row["cells"][4 * i + 2]
    ]
    assert impossible == [
        ("table1", "HiDDeN", 0),
        ("table7", "HiDDeN", 0),
        ("table7", "Baluja", 2),
    ]
    for i, (psnr, rmse) in enumerate(((41.03, 1.93), (40.21, 1.90))):
        cells = paper["table7"]["rows"][-1]["cells"]
        assert (cells[4 * i], cells[4 * i + 3]) == (psnr, rmse)
        assert 255 * 10 ** (-psnr / 20) > rmse


def test_empty_reports_still_quote_the_paper():
    tables = paper_tables([])
    assert [table.title.split(":")[0] for table in tables] == [
        f"Table {n}" for n in (1, 7, 2, 3, 6)
    ]
    assert all(row.quoted for table in tables for row in table.rows)
    text = to_markdown([])
    assert "48.56" in text
    assert "48.56" in to_html([], Path("absent"))
