import numpy as np
import pytest

from sshr.evaluation.detectors.ensemble import FisherEnsemble


def features(seed, shift):
    rng = np.random.default_rng(seed)
    found = rng.normal(0, 1, (200, 40)) * np.geomspace(1e-6, 1, 40)
    found[:, 0] += shift * 1e-6  # the faintest
    found[:, 7] = 5.0  # never changes
    return found


def test_classes_are_told_apart_however_faint_the_feature_is():
    trained = FisherEnsemble.train(features(1, 0), features(2, 6))
    assert (trained.votes(features(3, 0)) <= 0).mean() > 0.9
    assert (trained.votes(features(4, 6)) > 0).mean() > 0.9


def test_equal_classes_are_guessed():
    trained = FisherEnsemble.train(features(1, 0), features(2, 0))
    right = (trained.votes(features(3, 0)) <= 0).mean() + (trained.votes(features(4, 0)) > 0).mean()
    assert 0.6 < right < 1.4


def test_a_single_pair_is_refused():
    with pytest.raises(ValueError, match="no scatter"):
        FisherEnsemble.train(features(1, 0)[:1], features(2, 6)[:1])


def test_votes_are_bounded_and_repeat():
    first, again = (FisherEnsemble.train(features(1, 0), features(2, 6)) for _ in range(2))
    votes = first.votes(features(5, 3))
    assert np.abs(votes).max() <= 1
    assert np.array_equal(votes, again.votes(features(5, 3)))
