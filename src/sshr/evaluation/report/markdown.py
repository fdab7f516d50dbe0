"""Reports as Markdown."""

from collections.abc import Sequence

from sshr.evaluation.records import EvaluationReport
from sshr.evaluation.report.paper_tables import paper_tables
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
        parts.append(
            f"## {where(report)}\n\n{_skipped(report)}{table_text(overview_table(report))}"
        )
        parts.append(f"### Every figure\n\n{table_text(all_figures(report))}")
    parts.append("## The paper's tables")
    parts += [table_text(table, "### ") for table in paper_tables(reports)]
    curve_parts = [table_text(table) for report in reports for table in curve_tables(report)]
    if curve_parts:
        parts += ["## Distortions", *curve_parts]
    attacks = [table_text(table) for report in reports for table in attack_tables(report)]
    if attacks:
        parts += [
            "## Attacks",
            "PSNR, SSIM and LPIPS of the attack's picture against the secret; grey is the secret's "
            "own mean grey, the best picture without any content. Shown: pairs of which the "
            "picture is better than that.",
            *attacks,
        ]
    detection = [table_text(table) for report in reports for table in detection_tables(report)]
    if detection:
        parts += ["## Detectors", *detection]
    return "\n\n".join(parts) + "\n"


def overview(report: EvaluationReport) -> str:
    """What a terminal shows."""
    return "\n\n".join(map(table_text, (overview_table(report), *detection_tables(report))))


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


def _skipped(report: EvaluationReport) -> str:
    lines = [f"- left out: {message}" for message in report.run.skipped]
    return "\n".join(lines) + "\n\n" if lines else ""


def _row(row: Row) -> str:
    label = _plain(row.label)
    if row.quoted:
        return _line([f"{label} (quoted)", *row.cells])
    return _line([f"**{label}**", *row.cells])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(text: str) -> str:
    return text.replace("|", "\\|")
