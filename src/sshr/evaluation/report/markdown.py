"""Reports as Markdown."""

from collections.abc import Sequence

from sshr.evaluation.records import EvaluationReport
from sshr.evaluation.report import tables
from sshr.evaluation.report.paper_tables import paper_tables
from sshr.evaluation.report.tables import Row, Table, where

_SECTIONS = {
    "Distortions": ("", tables.curve_tables),
    "Attacks": (
        "PSNR, SSIM and LPIPS of the attack's picture against the secret; grey is the secret's "
        "own mean grey, the best picture without any content. Shown: pairs of which the "
        "picture is better than that.",
        tables.attack_tables,
    ),
    "Detectors": ("", tables.detection_tables),
}
"""Title: what is said below it, and its tables."""


def to_markdown(reports: Sequence[EvaluationReport]) -> str:
    """All tables; no pictures."""
    parts = [
        "# Evaluation",
        "Measured rows are bold. All others are quoted from the paper as printed, which names "
        "neither the channels of its PSNR nor whether stegos were rounded. PSNR in dB, MAE and "
        "RMSE in grey levels of 255, on 8-bit RGB; channel `float` reveals from the sender's own "
        "tensor, which no file holds: it is for comparison with papers, and evidence of nothing.",
    ]
    for report in reports:
        skipped = "".join(f"- left out: {message}\n" for message in report.run.skipped)
        parts.append(f"## {where(report)}\n\n{skipped}" + "\n" * bool(skipped))
        parts[-1] += table_text(tables.overview_table(report))
        parts.append(f"### Every figure\n\n{table_text(tables.all_figures(report))}")
    parts.append("## The paper's tables")
    parts += [table_text(table, "### ") for table in paper_tables(reports)]
    for title, (note, part) in _SECTIONS.items():
        found = [table_text(table) for report in reports for table in part(report)]
        if found:
            parts += [f"## {title}", *filter(None, [note]), *found]
    return "\n\n".join(parts) + "\n"


def overview(report: EvaluationReport) -> str:
    """What a terminal shows."""
    shown = (tables.overview_table(report), *tables.detection_tables(report))
    return "\n\n".join(map(table_text, shown))


def table_text(table: Table, level: str = "") -> str:
    """A table with its title, and its notes as a list below.

    Args:
        level: `### ` makes the title a heading.
    """
    heads = list(table.heads)
    if table.groups:
        names = [name for name, span in table.groups for _ in range(span)]
        heads = [f"{name}: {head}" for name, head in zip(names, heads, strict=True)]
    title = level + table.title if level else f"**{table.title}**"
    lines = [title, "", _line(["", *heads]), _line(["---"] + ["---:"] * len(heads))]
    lines += [_row(row) for row in table.rows]
    if table.notes:
        lines += ["", *(f"- {note}" for note in table.notes)]
    return "\n".join(lines)


def _row(row: Row) -> str:
    label = row.label.replace("|", "\\|")
    if row.quoted:
        return _line([f"{label} (quoted)", *row.cells])
    return _line([f"**{label}**", *row.cells])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
