"""The report's figures: curves, scatter, the change, and pictures with their residuals."""

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO
from itertools import product
from pathlib import Path
from statistics import fmean

import numpy as np
from PIL import Image

from sshr.evaluation.records import Change, EvaluationReport
from sshr.evaluation.report.charts import Point, Series, chart
from sshr.evaluation.summary import BINS, REACH
from sshr.imaging.channels import CURVES, PNG
from sshr.imaging.reading import read_image
from sshr.types import Rgb8


def report_charts(report: EvaluationReport) -> str:
    """Scatter, curves, histogram and spectrum of one report."""
    parts = [_scatter(report)]
    for title, (names, unit) in CURVES.items():
        parts.append(_curve(report, title, names, unit))
    parts += [_histogram(report), _spectrum(report)]
    return "".join(parts)


def _scatter(report: EvaluationReport) -> str:
    """Each pair of each method through files; the frontiers are those measured in this run."""
    series, classical = [], []
    for entry in report.methods:
        found = entry.channels.get(PNG)
        if found is None or not found.points:
            continue
        points = [(x, min(y, 70.0)) for x, y in found.points]
        series.append(Series(entry.name, points, line=False))
        mean = fmean(x for x, _ in points), fmean(y for _, y in points)
        if entry.name.startswith("classical:"):
            classical.append(mean)
        if entry.name == "linear":
            ends = [(mean[0] + d, mean[1] - d) for d in (-2.0, 2.0)]
            series.append(Series("linear frontier (mean, 1:1)", ends, dots=False, dashed=True))
    if len(classical) > 1:
        series.append(
            Series("classical frontier (means)", sorted(classical), dots=False, dashed=True)
        )
    title = "Stego and revealed PSNR of every pair through PNG files (revealed above 70 dB at 70)"
    return chart(title, "stego PSNR, dB", "revealed PSNR, dB", series)


def _curve(report: EvaluationReport, title: str, names: Sequence[str], unit: str) -> str:
    series = []
    for entry in report.methods:
        through_file: list[Point] = []
        header_known: list[Point] = []
        for name in names:
            if name in entry.channels:
                found, value = entry.channels[name], float(name.split(":")[1])
                if found.revealed:
                    through_file.append((value, found.revealed.psnr.mean))
                if found.oracle_header:
                    header_known.append((value, found.oracle_header.psnr.mean))
        if len(through_file) > 1:
            series.append(Series(f"{entry.name}: through the file", through_file))
        if len(header_known) > 1:
            series.append(Series(f"{entry.name}: header handed over", header_known, dashed=True))
    return chart(f"Revealed PSNR: {title}", unit, "revealed PSNR, dB", series)


def _histogram(report: EvaluationReport) -> str:
    series = [
        Series(name, list(zip(range(-REACH, REACH + 1), found.histogram, strict=True)), dots=False)
        for name, found in _changes(report)
    ]
    return chart("Histogram of stego - reference", "levels", "share of samples", series)


def _spectrum(report: EvaluationReport) -> str:
    series = []
    for name, found in _changes(report):
        decibels = 10 * np.log10(np.maximum(found.spectrum, 1e-6))
        middles = (np.arange(BINS) + 0.5) / (2 * BINS)
        points = list(zip(middles.tolist(), decibels.tolist(), strict=True))
        series.append(Series(name, points, dots=False))
    return chart("Spectrum of the change, luma", "cycles a pixel", "power, dB", series)


def _changes(report: EvaluationReport) -> list[tuple[str, Change]]:
    through = [(entry.name, entry.channels.get(PNG)) for entry in report.methods]
    return [(name, png.change) for name, png in through if png and png.change]


def picture_rows(folder: Path) -> str:
    """For each method the pictures that its run kept, residuals beside them (Fig. 4, 5, 8, 9)."""
    parts = []
    for method in sorted(p for p in folder.glob("*") if p.is_dir()) if folder.is_dir() else []:
        for number in sorted({p.name.split("-")[0] for p in method.glob("*-*.png")}):
            parts.append(_pair_row(method, number))
    return "".join(parts)


def _pair_row(method: Path, number: str) -> str:
    files = {p.stem.split("-", 1)[1]: p for p in sorted(method.glob(f"{number}-*.png"))}
    basic = {role: read_image(p).rgb for role, p in files.items() if role in _ROLES}
    if not {"secret", "reference", "stego"} <= set(basic):
        return ""
    shown = [_picture(basic[role], role) for role in _ROLES if role in basic]
    residuals = [(role, base) for role, base in _RESIDUALS if role in basic]
    for times, (role, base) in product((10, 20), residuals):
        picture = _residual(basic[role], basic[base], times)
        shown.append(_picture(picture, f"{role} residual x{times}"))
    others = [(role, p) for role, p in files.items() if role not in _ROLES]
    shown += [_picture(read_image(p).rgb, role.replace("-", " ")) for role, p in others]
    title = f"{escape(method.name)}, pair {escape(number)}"
    return (
        f'<section class="pair"><h3>{title}</h3><div class="row">{"".join(shown)}</div></section>'
    )


_ROLES = ("secret", "reference", "stego", "revealed")
_RESIDUALS = (("stego", "reference"), ("revealed", "secret"))


def _residual(picture: Rgb8, base: Rgb8, times: int) -> Rgb8:
    difference = np.abs(picture.astype(np.int16) - base) * times
    return difference.clip(0, 255).astype(np.uint8)


def _picture(picture: Rgb8, label: str) -> str:
    """Embedded as WebP, for the eye alone: figures are measured on the files."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", quality=88)
    data = base64.b64encode(buffer.getvalue()).decode()
    image = f'<img src="data:image/webp;base64,{data}" alt="{escape(label)}">'
    return f"<figure>{image}<figcaption>{escape(label)}</figcaption></figure>"
