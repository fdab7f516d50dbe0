"""All figures of one pair of pictures, their means over a set, and what must hold between them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from statistics import fmean, stdev
from typing import Any

from sshr.errors import EvaluationError
from sshr.evaluation.lpips import Lpips
from sshr.metrics import MAX_PSNR, mae, psnr, rmse, ssim, y_psnr
from sshr.types import Rgb8

Figures = dict[str, float]

EXACT = {"psnr": psnr, "ssim": ssim, "mae": mae, "rmse": rmse, "y_psnr": y_psnr}
NAMES = {
    "psnr": "PSNR",
    "ssim": "SSIM",
    "mae": "MAE",
    "rmse": "RMSE",
    "y_psnr": "Y-PSNR",
    "lpips": "LPIPS",
    "niqe": "NIQE",
}
DIGITS = {"ssim": 4, "lpips": 4}
"""Decimals in a table, where not two."""


def compare(image: Rgb8, reference: Rgb8, lpips: Lpips) -> Figures:
    """PSNR and Y-PSNR in dB, SSIM, MAE and RMSE in grey levels, LPIPS; HWC uint8 RGB."""
    found = {name: float(metric(image, reference)) for name, metric in EXACT.items()}
    return {**found, "lpips": lpips(image, reference)}


@dataclass(frozen=True)
class Summary:
    """One figure over a set; the standard error is that of the mean, None for a single value."""

    mean: float
    standard_error: float | None
    min: float
    max: float
    count: int

    def as_dict(self) -> dict[str, Any]:
        """Entries by name, for JSON."""
        return asdict(self)


def summarise(values: Iterable[float | None]) -> Summary | None:
    """Over the values that are there; None without any."""
    known = [v for v in values if v is not None and math.isfinite(v)]
    if not known:
        return None
    error = stdev(known) / math.sqrt(len(known)) if len(known) > 1 else None
    return Summary(fmean(known), error, min(known), max(known), len(known))


def check(figures: Mapping[str, float], what: str) -> None:
    """What must hold between the metrics of one pair of pictures, whatever the method.

    Raises:
        EvaluationError: a figure contradicts another; nothing of it may be written.
    """
    _require(0 <= figures["mae"] <= figures["rmse"] + 1e-9 <= 255 + 1e-6, f"MAE > RMSE: {what}")
    _require(-1 <= figures["ssim"] <= 1 + 1e-6, f"SSIM outside [-1, 1]: {what}")
    error = figures["rmse"]
    level = MAX_PSNR if error == 0 else min(MAX_PSNR, 20 * math.log10(255 / error))
    _require(abs(level - figures["psnr"]) < 1e-6, f"PSNR is not 20 log10(255 / RMSE): {what}")
    # With BT.601's weights RMSE_Y <= 0.9945 RMSE_RGB, so the luma's PSNR is never the lower one.
    _require(figures["y_psnr"] >= figures["psnr"] - 1e-6, f"Y-PSNR below PSNR: {what}")


def check_set(rows: list[Mapping[str, float]], what: str) -> None:
    """`check` for every row, and what must hold between the means.

    Raises:
        EvaluationError: see `check`.
    """
    for row in rows:
        check(row, what)
    if not rows:
        return
    mean = {name: fmean(row[name] for row in rows) for name in ("psnr", "mae", "rmse")}
    _require(mean["mae"] <= mean["rmse"] + 1e-9, f"mean MAE > mean RMSE: {what}")
    # Jensen: the mean RMSE is at least the RMSE of the mean PSNR. An exact picture counts as
    # MAX_PSNR there, so it must count as that error here.
    least = 255 * 10 ** (-MAX_PSNR / 20)
    error = fmean(max(row["rmse"], least) for row in rows)
    bound = 255 * 10 ** (-mean["psnr"] / 20)
    _require(error >= bound * (1 - 1e-9), f"mean RMSE below that of the mean PSNR: {what}")


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise EvaluationError(f"the metrics contradict each other, nothing was written: {what}")
