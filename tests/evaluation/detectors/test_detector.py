import sys
from types import SimpleNamespace

import numpy as np
import pytest

from sshr.errors import UsageError
from sshr.evaluation.detectors.detector import DETECTORS, FeatureDetector, find_detector


def test_every_detector_of_the_table_is_found_or_says_what_it_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "sealwatch", None)
    for name in DETECTORS:
        if name == "sealwatch-spam":
            with pytest.raises(UsageError, match="needs the package sealwatch"):
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


def test_sealwatch_is_given_planes_and_its_ensemble_judges(monkeypatch):
    def extract(plane):
        return {"straight": np.array([[plane.mean()]]), "diagonal": np.zeros(2)}

    class Trainer:
        def __init__(self, covers, stegos, **options):
            self.middle = (covers[:, 0].mean() + stegos[:, 0].mean()) / 2

        def train(self):
            return (self,)

        def predict(self, found):
            assert found.shape[1] == 3
            return np.where(found[:, 0] > self.middle, 1, -1)

    fake = SimpleNamespace(
        spam=SimpleNamespace(extract=extract),
        ensemble_classifier=SimpleNamespace(FldEnsembleTrainer=Trainer),
    )
    monkeypatch.setitem(sys.modules, "sealwatch", fake)
    detector = find_detector("sealwatch-spam")
    dark, light = (np.full((4, 4, 3), level, np.uint8) for level in (10, 20))
    detector.fit([dark], [light])
    assert detector.score([dark, light]).tolist() == [-1, 1]
