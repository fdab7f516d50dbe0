import sys

import numpy as np
import pytest

from sshr.errors import UsageError
from sshr.evaluation.detectors.detector import DETECTORS, FeatureDetector, find_detector


def test_every_detector_of_the_table_is_found_or_says_what_it_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "sealwatch", None)
    for name in DETECTORS:
        if name == "sealwatch-spam":
            with pytest.raises(UsageError, match=f"{name} needs the package sealwatch"):
                find_detector(name)
        else:
            assert find_detector(name) is not None
    with pytest.raises(UsageError, match="is not one of spam, stegexpose"):
        find_detector("nosuch")


def test_features_are_worked_out_once_and_a_detector_must_be_fitted():
    seen = []

    def extract(picture):
        seen.append(picture)
        return np.array([picture.mean()])

    detector = FeatureDetector(
        extract, lambda covers, stegos: lambda found: found[:, 0] - covers.mean()
    )
    dark, light = (np.full((4, 4, 3), level, np.uint8) for level in (10, 20))
    with pytest.raises(RuntimeError, match="fitted"):
        detector.score([dark])
    detector.fit([dark], [light])
    assert detector.score([dark, light]).tolist() == [0, 10]
    assert len(seen) == 2


def test_features_that_nobody_asks_for_are_forgotten():
    seen = []

    def extract(picture):
        seen.append(picture.mean())
        return np.array([picture.mean()])

    detector = FeatureDetector(extract, lambda covers, stegos: lambda found: found[:, 0])
    level = [np.full((4, 4, 3), i, np.uint8) for i in range(40)]
    for lesson in range(20):
        detector.fit([level[0]], [level[lesson + 1]])
    assert seen == [0, *range(1, 21)]
    assert len(detector._known) < 12
    detector.score([level[0], level[20], level[1]])
    assert seen[21:] == [1]
