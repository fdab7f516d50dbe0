import numpy as np
import pytest
from scipy.stats import binomtest, mannwhitneyu

from sshr.errors import EvaluationError
from sshr.evaluation.detectors.scores import Judged, interval, mean_error, roc


def test_scores_that_are_apart():
    found = Judged.of(np.array([-2.0, -1.0]), np.array([1.0, 3.0]))
    assert (found.tested, found.p_e, found.best, found.auc) == (4, 0.0, 0.0, 1.0)
    assert found.low == pytest.approx(0.0, abs=1e-12)
    assert 0 < found.high < 0.6


def test_the_threshold_is_the_detectors_own_and_the_best_one_a_bound():
    found = Judged.of(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    assert (found.p_e, found.best, found.auc) == (0.5, 0.0, 1.0)
    turned = Judged.of(np.array([3.0, 4.0]), np.array([1.0, 2.0]))
    assert (turned.auc, turned.best) == (0.0, 0.5)


def test_equal_scores_are_guesses():
    found = Judged.of(np.zeros(7), np.zeros(5))
    assert (found.p_e, found.auc, found.best) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_scores_that_say_nothing_are_no_perfect_detector(bad):
    with pytest.raises(EvaluationError, match="not finite"):
        Judged.of(np.array([bad, 0.0]), np.array([1.0, 1.0]))
    with pytest.raises(EvaluationError, match="not finite"):
        mean_error(np.array([0.0]), np.array([bad]))


def test_area_is_mann_whitneys():
    rng = np.random.default_rng(1)
    covers, stegos = rng.integers(0, 9, 40).astype(float), rng.integers(2, 12, 30).astype(float)
    expected = mannwhitneyu(stegos, covers).statistic / (40 * 30)
    assert Judged.of(covers, stegos).auc == pytest.approx(expected)


def test_roc_rises_from_none_to_all():
    rng = np.random.default_rng(2)
    for line in roc(rng.normal(size=20), rng.normal(size=30)):
        assert (line[0], line[-1]) == (0, 1)
        assert (np.diff(line) >= 0).all()


def test_interval_is_wilsons():
    for hits, count in ((0, 10), (3, 10), (50, 100), (100, 100)):
        expected = binomtest(hits, count).proportion_ci(0.95, "wilson")
        assert interval(hits / count, count) == pytest.approx(tuple(expected), abs=1e-4)
    assert interval(0.0, 0) == (0.0, 1.0)
