import sys
from types import SimpleNamespace

import numpy as np

from sshr.evaluation.detectors.detector import find_detector


def test_sealwatch_is_given_planes_and_its_ensemble_judges(monkeypatch):
    planes = []

    def extract(plane):
        assert plane.dtype == np.uint8
        planes.append(plane)
        return {"straight": np.array([[plane.mean()]]), "diagonal": np.zeros(2)}

    class Trainer:
        def __init__(self, covers, stegos, **options):
            self.middle = (covers[:, 0].mean() + stegos[:, 0].mean()) / 2

        def train(self):
            return (self,)

        def predict(self, found):
            assert found.shape[1] == 3
            return np.where(found[:, 0] > self.middle, 1, -1)

    source = SimpleNamespace(extract=extract)
    fake = SimpleNamespace(
        spam=source,
        ensemble_classifier=SimpleNamespace(FldEnsembleTrainer=Trainer),
    )
    monkeypatch.setitem(sys.modules, "sealwatch", fake)
    detector = find_detector("sealwatch-spam")
    dark, light = (np.full((4, 4, 3), level, np.uint8) for level in (10, 20))
    detector.fit([dark], [light])
    assert detector.score([dark, light]).tolist() == [-1, 1]
    assert len(planes) == 6
