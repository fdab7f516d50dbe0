import weakref

import numpy as np
import pytest

from sshr.errors import EvaluationError
from sshr.evaluation.detectors.detection import DetectionSuite, detection_errors
from sshr.evaluation.detectors.detector import DETECTORS, find_detector
from sshr.evaluation.detectors.shelf import Listed
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.records import DetectionLine


class Diverged:
    """A detector whose training came to nothing."""

    def fit(self, covers, stegos):
        pass

    def score(self, images):
        return np.full(len(images), np.nan)


class Noisy:
    """Adds a little noise, whatever the secret."""

    calls = 0

    def conceal(self, secrets, references, key):
        Noisy.calls += 1
        noise = np.random.default_rng(list(key)).normal(0, 12, references.shape)
        return references + noise

    def reveal(self, stegos, references, key):
        return stegos


@pytest.fixture
def photographs(photo):
    return [photo("parrots", 64, 64, top) for top in range(0, 320, 32)]


def test_loud_stegos_are_found_and_equal_ones_guessed(photographs):
    detector = find_detector("spam")
    rng = np.random.default_rng(1)
    loud = [np.clip(p + rng.normal(0, 60, p.shape), 0, 255).astype(np.uint8) for p in photographs]
    assert detection_errors(detector, photographs, loud) == [0.0] * 5
    assert detection_errors(detector, photographs, photographs) == [0.5] * 5
    with pytest.raises(ValueError, match="4 photographs"):
        detection_errors(detector, photographs[:4], loud[:4])
    with pytest.raises(EvaluationError, match="not finite"):
        detection_errors(Diverged(), photographs, loud)


def test_a_suite_does_what_its_ledger_lacks(photographs, tmp_path):
    names = [f"pair {i}" for i in range(len(photographs))]
    pictures = [(p, p) for p in photographs]
    suite = DetectionSuite({"spam": find_detector("spam")}, names, pictures, 1)
    method = MethodEntry("noisy", Noisy(), "1")
    (line,) = suite.run([method], Ledger(tmp_path / "d.jsonl", {}, DetectionLine))
    assert (line.method, line.detector, line.photographs) == ("noisy", "spam", 10)
    assert line.folds == [0.0] * 5
    assert 25 < line.stego_psnr < 28
    calls = Noisy.calls
    (again,) = suite.run([method], Ledger(tmp_path / "d.jsonl", {}, DetectionLine))
    assert (again, Noisy.calls) == (line, calls)


def test_pairs_are_asked_for_one_by_one(photographs, tmp_path):
    alive = []

    def pair(i):
        assert sum(one() is not None for one in alive) <= 2
        picture = photographs[i].copy()
        alive.append(weakref.ref(picture))
        return picture, picture

    names = [f"pair {i}" for i in range(len(photographs))]
    pictures = Listed(pair, range(len(photographs)))
    suite = DetectionSuite({"spam": find_detector("spam")}, names, pictures, 1)
    entry = MethodEntry("noisy", Noisy(), "1")
    (line,) = suite.run([entry], Ledger(tmp_path / "d.jsonl", {}, DetectionLine))
    assert (line.folds, len(alive)) == ([0.0] * 5, 3 * len(photographs))


def test_a_new_detector_is_a_line_of_the_table(photographs, monkeypatch):
    class Brightness:
        def fit(self, covers, stegos):
            self.middle = np.mean([p.mean() for p in (*covers, *stegos)])

        def score(self, images):
            return np.array([image.mean() - self.middle for image in images])

    monkeypatch.setitem(DETECTORS, "brightness", Brightness)
    dark = [np.full((8, 8, 3), level, np.uint8) for level in range(10)]
    light = [picture + np.uint8(100) for picture in dark]
    assert detection_errors(find_detector("brightness"), dark, light) == [0.0] * 5
