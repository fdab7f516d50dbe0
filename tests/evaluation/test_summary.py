import dataclasses

import pytest

from sshr.errors import EvaluationError
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.summary import check, check_set, compare, summarise, summarise_set
from sshr.metrics import MAX_PSNR, psnr


def test_contradicting_figures_are_not_written(photo):
    figures = compare(photo("parrots"), photo("sailboats"), Lpips())
    check(figures, "fine")
    for change, message in (
        ({"mae": figures.rmse + 1}, "MAE > RMSE"),
        ({"psnr": figures.psnr + 0.1}, "20 log10"),
        ({"ssim": 1.2}, "SSIM"),
        ({"y_psnr": figures.psnr - 1}, "Y-PSNR"),
    ):
        with pytest.raises(EvaluationError, match=message):
            check_set([figures, dataclasses.replace(figures, **change)], "a set")


def test_summaries_leave_out_what_is_missing():
    found = summarise([1.0, None, 3.0, float("nan")])
    assert (found.mean, found.min, found.max, found.count) == (2, 1, 3, 2)
    assert found.standard_error == pytest.approx(1)
    assert summarise([None]) is None


def test_exact_pictures_do_not_contradict_the_others(photo):
    base, lpips = photo("parrots", 64, 64) // 2, Lpips()
    found = summarise_set([compare(base + step, base, lpips) for step in (0, 1, 2)], "three")
    assert found.psnr.max == MAX_PSNR
    assert found.psnr.min == pytest.approx(psnr(base + 2, base))
    assert found.mae.mean == pytest.approx(1)
    assert summarise_set([], "none") is None
