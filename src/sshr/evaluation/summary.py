"""All figures of one pair of pictures, their means over a set, and what must hold between them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import fields
from statistics import fmean, stdev

from sshr.errors import EvaluationError
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.records import Comparison, ComparisonSummary, Summary
from sshr.metrics import MAX_PSNR, mae, psnr, rmse, ssim, y_psnr
from sshr.types import Rgb8


def compare(image: Rgb8, reference: Rgb8, lpips: Lpips) -> Comparison:
    """HWC uint8 RGB pictures of one size."""
    return Comparison(
        psnr=psnr(image, reference),
        ssim=ssim(image, reference),
        mae=mae(image, reference),
        rmse=rmse(image, reference),
        y_psnr=y_psnr(image, reference),
        lpips=lpips(image, reference),
    )


def summarise(values: Iterable[float | None]) -> Summary | None:
    """Over the values that are there; None without any."""
    known = [v for v in values if v is not None and math.isfinite(v)]
    if not known:
        return None
    error = stdev(known) / math.sqrt(len(known)) if len(known) > 1 else None
    return Summary(fmean(known), min(known), max(known), len(known), error)


def summarise_set(rows: Sequence[Comparison], what: str) -> ComparisonSummary | None:
    """Every figure over the rows; None without any.

    Raises:
        EvaluationError: they contradict each other; see `check_set`.
    """
    if not rows:
        return None
    check_set(rows, what)
    found = {
        field.name: summarise(getattr(row, field.name) for row in rows)
        for field in fields(Comparison)
    }
    return ComparisonSummary(**found)  # type: ignore[arg-type]  # there are rows, so there is each


def check(figures: Comparison, what: str) -> None:
    """What must hold between the metrics of one pair of pictures, whatever the method.

    Raises:
        EvaluationError: a figure contradicts another; nothing of it may be written.
    """
    _require(0 <= figures.mae <= figures.rmse + 1e-9 <= 255 + 1e-6, f"MAE > RMSE: {what}")
    _require(-1 <= figures.ssim <= 1 + 1e-6, f"SSIM outside [-1, 1]: {what}")
    error = figures.rmse
    level = MAX_PSNR if error == 0 else min(MAX_PSNR, 20 * math.log10(255 / error))
    _require(abs(level - figures.psnr) < 1e-6, f"PSNR is not 20 log10(255 / RMSE): {what}")
    # With BT.601's weights RMSE_Y <= 0.9945 RMSE_RGB, so the luma's PSNR is never the lower one.
    _require(figures.y_psnr >= figures.psnr - 1e-6, f"Y-PSNR below PSNR: {what}")


def check_set(rows: Sequence[Comparison], what: str) -> None:
    """`check` for every row, and what must hold between the means.

    Raises:
        EvaluationError: see `check`.
    """
    for row in rows:
        check(row, what)
    _require(
        fmean(row.mae for row in rows) <= fmean(row.rmse for row in rows) + 1e-9,
        f"mean MAE > mean RMSE: {what}",
    )
    # Jensen: the mean RMSE is at least the RMSE of the mean PSNR. An exact picture counts as
    # MAX_PSNR there, so it must count as that error here.
    least = 255 * 10 ** (-MAX_PSNR / 20)
    error = fmean(max(row.rmse, least) for row in rows)
    bound = 255 * 10 ** (-fmean(row.psnr for row in rows) / 20)
    _require(error >= bound * (1 - 1e-9), f"mean RMSE below that of the mean PSNR: {what}")


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise EvaluationError(f"the metrics contradict each other, nothing was written: {what}")
