"""A run's own tables, as text whatever they are written as: overview, figures, curves, attacks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean, pstdev

from sshr.evaluation.records import (
    HOLDS_KEY,
    AttackReport,
    AttackRow,
    ChannelSummary,
    ComparisonSummary,
    EvaluationReport,
    MethodReport,
    Summary,
)
from sshr.evaluation.report.build import revealed_share
from sshr.imaging.channels import CURVES, FLOAT, PNG


@dataclass(frozen=True)
class Row:
    """A row; `quoted` where the numbers are the paper's."""

    label: str
    cells: list[str]
    quoted: bool = False


@dataclass(frozen=True)
class Table:
    """A table as text.

    Attributes:
        groups: heads above the heads, with how many columns each spans; may be empty.
        notes: contradictions in the paper's cells, and what a reader of ours must know.
    """

    title: str
    heads: list[str]
    rows: list[Row]
    groups: list[tuple[str, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def overview_table(report: EvaluationReport) -> Table:
    """Every method and channel: what was sent, what came out, how often; or why not."""
    rows = []
    for entry, channel, found in channels_of([report]):
        cells = [
            *pair_cells(found.stego),
            *pair_cells(found.revealed),
            mean_cell(found.sum),
            revealed_share(found),
        ]
        rows.append(Row(f"{entry.name}, {channel_name(channel)}", cells))
    rows += [Row(name, [*["-"] * 5, reason]) for name, reason in report.absent.items()]
    heads = ["stego PSNR", "SSIM", "revealed PSNR", "SSIM", "sum", "revealed"]
    return Table(f"{where(report)}: mean ± standard error (min)", heads, rows)


def all_figures(report: EvaluationReport) -> Table:
    """Every figure of the channels `png` and `float`: mean ± standard error, and the minimum."""
    rows = []
    for entry, channel, found in channels_of([report]):
        if channel not in (PNG, FLOAT):
            continue
        for summary, what in (
            (found.stego, "reference, stego"),
            (found.revealed, "secret, revealed"),
            (found.secret_stego, "secret, stego"),
        ):
            if summary is not None:
                cells = [
                    *(full_cell(summary.psnr), full_cell(summary.ssim, 4), full_cell(summary.mae)),
                    *(full_cell(summary.rmse), full_cell(summary.y_psnr)),
                    full_cell(summary.lpips, 4),
                ]
                rows.append(Row(f"{entry.name}, {channel_name(channel)}: {what}", cells))
    heads = ["PSNR, dB", "SSIM", "MAE", "RMSE", "Y-PSNR, dB", "LPIPS"]
    return Table(f"{where(report)}: mean ± standard error (min)", heads, rows)


def curve_tables(report: EvaluationReport) -> list[Table]:
    """One table for each family of distortions that was measured at two points or more."""
    tables = []
    for title, (names, unit) in CURVES.items():
        rows = []
        for entry in report.methods:
            for name in names:
                if name in entry.channels:
                    found = entry.channels[name]
                    cells = [mean_cell(found.stego.psnr), revealed_share(found)]
                    for known in (found.revealed, found.oracle_header):
                        cells.append(mean_cell(known.psnr if known else None))
                    rows.append(Row(f"{entry.name}, {name}", cells))
        if len(rows) > 1:
            heads = ["stego PSNR", "revealed", "revealed PSNR", "header handed over"]
            tables.append(Table(f"{title} ({unit}), {where(report)}", heads, rows))
    return tables


def attack_tables(report: EvaluationReport) -> list[Table]:
    """One table for each attacked network."""
    return [
        attack_table(f"{name}: {found.pairs} pairs of {where(report)}, checks bypassed", found)
        for name, found in report.attacks.items()
    ]


def attack_table(title: str, found: AttackReport) -> Table:
    """All attacks on one network."""
    notes = []
    search = next((row.search for row in found.rows if row.search), None)
    if search is not None:
        notes.append(
            f"Gradient search: {search.steps} steps from a random key on the central "
            f"{search.side} px."
        )
    if any(row.kind == HOLDS_KEY for row in found.rows):
        notes.append(f"* {HOLDS_KEY}: an upper bound, no attack on the scheme.")
    counts = ", ".join(f"{key} {value}" for key, value in (found.residual_picks or {}).items())
    notes.append(f"Right picks by stego - reference without a key: {counts}. Chance is 1.")
    heads = ["PSNR", "grey's", "worst over grey", "SSIM", "grey's", "LPIPS"]
    heads += ["right picks: pixels / bands / sorted", "pairs shown"]
    return Table(title, heads, [_attack_row(row) for row in found.rows], notes=notes)


def _attack_row(row: AttackRow) -> Row:
    cells = [
        *(f"{row.psnr:.2f}", f"{row.grey_psnr:.2f}", f"{row.worst_over_grey:+.2f}"),
        *(f"{row.ssim:.3f}", f"{row.grey_ssim:.3f}", f"{row.lpips:.3f}"),
        "-" if row.picks is None else " / ".join(map(str, row.picks.values())),
        f"{row.pairs_shown} of {row.pairs}",
    ]
    return Row(row.attack + " *" * (row.kind == HOLDS_KEY), cells)


def detection_tables(report: EvaluationReport) -> list[Table]:
    """What detectors make of each method's stegos; none where none was asked."""
    rows = [
        Row(
            f"{line.method}, {line.detector}",
            [error_cell(line.folds), f"{line.stego_psnr:.2f}", str(line.photographs)],
        )
        for line in report.detection
    ]
    notes = [
        "P_E: the mean of false alarms and misses, 0.5 for a detector that guesses; ± its "
        "deviation over folds by photograph."
    ]
    heads = ["P_E", "stego PSNR", "photographs"]
    return [Table(f"Detectors, {where(report)}", heads, rows, notes=notes)] if rows else []


def error_cell(folds: Sequence[float]) -> str:
    """Mean P_E and its deviation over the folds."""
    return f"{fmean(folds):.3f} ± {pstdev(folds):.3f}"


def where(report: EvaluationReport) -> str:
    """The data set, how many pairs, and in what size."""
    return f"{report.run.data} ({pairs_text(report)}, {report.run.size})"


def pairs_text(report: EvaluationReport) -> str:
    """`24 pairs`."""
    return f"{report.run.pairs} pair{'s' * (report.run.pairs != 1)}"


def channels_of(
    reports: Sequence[EvaluationReport],
) -> Iterator[tuple[MethodReport, str, ChannelSummary]]:
    """Every method and channel in order."""
    for report in reports:
        for entry in report.methods:
            for channel, found in entry.channels.items():
                yield entry, channel, found


def channel_name(name: str) -> str:
    """As tables call it."""
    return "float (no file)" if name == FLOAT else name


def pair_cells(found: ComparisonSummary | None, short: bool = False) -> tuple[str, str]:
    """PSNR and SSIM; `short`: their means alone."""
    if found is None:
        return "-", "-"
    if short:
        return mean_cell(found.psnr), mean_cell(found.ssim)
    return full_cell(found.psnr), full_cell(found.ssim, 4)


def mean_cell(found: Summary | None, digits: int = 2) -> str:
    """The mean."""
    return "-" if found is None else f"{found.mean:.{digits}f}"


def full_cell(found: Summary | None, digits: int = 2) -> str:
    """Mean ± standard error (minimum)."""
    if found is None:
        return "-"
    error = found.standard_error
    spread = "" if error is None else f" ± {error:.{digits}f}"
    return f"{found.mean:.{digits}f}{spread} ({found.min:.{digits}f})"
