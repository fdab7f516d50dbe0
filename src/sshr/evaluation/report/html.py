"""Reports as one HTML file: no script, no font, nothing fetched; light, dark and on paper."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from sshr.evaluation.records import EvaluationReport
from sshr.evaluation.report.charts import COLOURS
from sshr.evaluation.report.paper_tables import paper_tables
from sshr.evaluation.report.plots import picture_rows, report_charts
from sshr.evaluation.report.tables import (
    Row,
    Table,
    all_figures,
    attack_tables,
    curve_tables,
    detection_tables,
    overview_table,
    where,
)


def to_html(reports: Sequence[EvaluationReport], pictures: Path) -> str:
    """All tables and figures.

    Args:
        pictures: the folder in which a run keeps them; may be missing.
    """
    body = [f"<h1>Evaluation</h1><p>{_INTRODUCTION}</p>"]
    for report in reports:
        skipped = "".join(f"<li>left out: {escape(m)}</li>" for m in report.run.skipped)
        body.append(f"<h2>{escape(where(report))}</h2><ul>{skipped}</ul>")
        body += [_table(overview_table(report)), _table(all_figures(report))]
    body.append("<h2>The paper's tables</h2>")
    body += [_table(table) for table in paper_tables(reports)]
    for report in reports:
        body.append("<h2>Figures</h2>" + report_charts(report))
        body += [_table(table) for table in [*curve_tables(report), *attack_tables(report)]]
        body += [_table(table) for table in detection_tables(report)]
    shown = picture_rows(pictures)
    if shown:
        body.append(f"<h2>Pictures</h2><p>{_PICTURES}</p>{shown}")
    return _PAGE.replace("STYLE", _STYLE).replace("BODY", "\n".join(body))


def _table(table: Table) -> str:
    groups = ""
    if table.groups:
        cells = "".join(
            f'<th colspan="{span}" scope="colgroup">{escape(name)}</th>'
            for name, span in table.groups
        )
        groups = f"<tr><td></td>{cells}</tr>"
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "".join(_row(row) for row in table.rows)
    notes = "".join(f"<li>{escape(note)}</li>" for note in table.notes)
    return (
        f'<div class="scroll"><table><caption>{escape(table.title)}</caption>'
        f"<thead>{groups}<tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<ul class="notes">{notes}</ul>'
    )


def _row(row: Row) -> str:
    kind, mark = ("quoted", " (quoted)") if row.quoted else ("measured", "")
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
    return f'<tr class="{kind}"><th scope="row">{escape(row.label)}{mark}</th>{cells}</tr>'


_INTRODUCTION = (
    "Measured rows are bold; all others are quoted from the paper as printed. PSNR in dB, MAE and "
    "RMSE in grey levels of 255, on 8-bit RGB. Channel <code>float</code> reveals from the "
    "sender's own tensor, which no file holds: it is for comparison with papers, and "
    "evidence of nothing."
)
_PICTURES = (
    "Residuals are absolute differences times 10 and 20. Pictures named by a key, a reference or a "
    "session are what attacks give with every check bypassed; those named by a channel are "
    "revealed with the header handed over. All are embedded as lossy WebP; figures are measured "
    "on the files."
)
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --line: #d5d5dc; --soft: #66666f;
 --c0: #1f5fbf; --c1: #c2410c; --c2: #15803d; --c3: #7e22ce; --c4: #b4870b; --c5: #0e7490;
 --c6: #be185d; --c7: #57534e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8ec; --paper: #17171b; --line: #3a3a44;
 --soft: #a0a0ab; --c0: #7db1ff; --c1: #fb9a6b; --c2: #6ee7a0; --c3: #c9a2ff; --c4: #f2cf66;
 --c5: #67d8ef; --c6: #f9a8d0; --c7: #c9c2bd; } }
@media print {
 :root { color-scheme: light; --ink: #000; --paper: #fff; --line: #bbb; --soft: #444; }
 table, figure, .pair { break-inside: avoid; } .scroll { overflow: visible; }
 body { font-size: 9pt; max-width: none; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
 margin: 0 auto; max-width: 1100px; padding: 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin-top: 1rem; font-size: 0.87em;
 font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
th, td { padding: 0.2rem 0.55rem; border-bottom: 1px solid var(--line); text-align: right; }
th[scope=row] { text-align: left; font-weight: inherit; } th[scope=colgroup] { text-align: center; }
tr.measured { font-weight: 600; } tr.quoted, .notes, figcaption { color: var(--soft); }
.notes { font-size: 0.85em; } .row { display: flex; flex-wrap: wrap; gap: 0.6rem; }
figure { margin: 0.6rem 0; } .row figure { width: 160px; } img { width: 100%; }
.chart { display: inline-block; width: min(100%, 530px); vertical-align: top; }
.chart figcaption { font-weight: 600; } svg { width: 100%; height: auto; }
.keys { list-style: none; padding: 0; margin: 0; display: flex; flex-wrap: wrap; gap: 0 1rem;
 font-size: 0.8em; } .keys li::before { content: "\\25CF "; }
.grid { stroke: var(--line); fill: none; }
text { fill: var(--soft); font-size: 11px; text-anchor: middle; } text.left { text-anchor: end; }
polyline { fill: none; stroke-width: 1.8; stroke: currentColor; } circle { fill: currentColor; }
""" + "".join(f".s{i} {{ color: var(--c{i}); }}\n" for i in range(COLOURS))
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>sshr evaluate</title>
<style>STYLE</style>
</head>
<body>
BODY
</body>
</html>
"""
