"""What tells stegos from photographs: one table of detectors."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sshr.errors import UsageError
from sshr.evaluation.detectors.ensemble import FisherEnsemble
from sshr.evaluation.detectors.sealwatch_features import sealwatch_parts
from sshr.evaluation.detectors.spam import spam_features
from sshr.evaluation.detectors.srm import srm_features, srmq1_features
from sshr.files.names import shown
from sshr.types import Rgb8
from sshr.zoo.extras import require_torch

Vector = NDArray[np.float64]
Kept = NDArray[np.float32]
_FORGOTTEN = 8


class Detector(Protocol):
    """Learns from photographs and stegos, (H, W, 3) uint8 RGB, and judges others."""

    def fit(self, covers: Sequence[Rgb8], stegos: Sequence[Rgb8]) -> None:
        """Learn anew."""

    def score(self, images: Sequence[Rgb8]) -> Vector:
        """(N,); above 0: taken for a stego."""


class FeatureDetector:
    """Features of a picture and a classifier of them.

    Features are worked out once, and kept in single precision, until the detector has learned
    `_FORGOTTEN` times without them: the rich model of 10,000 pictures takes 1.4 GB.

    Args:
        extract: a picture's features.
        train: features of photographs (N, D) and stegos (M, D) -> the score of features.
    """

    def __init__(
        self,
        extract: Callable[[Rgb8], Vector],
        train: Callable[[Kept, Kept], Callable[[Kept], Vector]],
    ) -> None:
        self._extract, self._train = extract, train
        self._known: dict[bytes, Kept] = {}
        self._asked: dict[bytes, int] = {}
        self._lessons = 0
        self._judge: Callable[[Kept], Vector] | None = None

    def fit(self, covers: Sequence[Rgb8], stegos: Sequence[Rgb8]) -> None:
        """See `Detector`."""
        self._lessons += 1
        for name in [n for n, last in self._asked.items() if last < self._lessons - _FORGOTTEN]:
            del self._known[name], self._asked[name]
        self._judge = self._train(self._features(covers), self._features(stegos))

    def score(self, images: Sequence[Rgb8]) -> Vector:
        """See `Detector`."""
        if self._judge is None:
            raise RuntimeError("a detector must be fitted first")
        return self._judge(self._features(images))

    def _features(self, images: Sequence[Rgb8]) -> Kept:
        return np.stack([self._of(image) for image in images])

    def _of(self, image: Rgb8) -> Kept:
        name = hashlib.sha256(image.tobytes()).digest()
        self._asked[name] = self._lessons
        if name not in self._known:
            self._known[name] = self._extract(image).astype(np.float32)
        return self._known[name]


def _voting(extract: Callable[[Rgb8], Vector]) -> Detector:
    """Features, and Fisher discriminants that vote on them; needs no other package."""
    return FeatureDetector(
        extract, lambda covers, stegos: FisherEnsemble.train(covers, stegos).votes
    )


def _stegexpose(faithful: bool = False) -> Detector:
    require_torch("stegexpose")
    from sshr.evaluation.detectors.stegexpose import StegExpose

    return StegExpose(faithful=faithful)


def _network(name: str) -> Detector:
    require_torch(name)
    from sshr.evaluation.detectors.networks import NetworkDetector, Schooling
    from sshr.evaluation.detectors.srnet import SrNet
    from sshr.evaluation.detectors.xunet import XuNet

    if name == "srnet":
        return NetworkDetector(SrNet, Schooling(steps=750, primer=400))
    return NetworkDetector(XuNet, Schooling(steps=1500, primer=300))


DETECTORS: dict[str, Callable[[], Detector]] = {
    "spam": lambda: _voting(spam_features),
    "stegexpose": lambda: _stegexpose(),
    "stegexpose-published": lambda: _stegexpose(faithful=True),
    "xunet": lambda: _network("xunet"),
    "srnet": lambda: _network("srnet"),
    "srmq1": lambda: _voting(srmq1_features),
    "srm": lambda: _voting(srm_features),
    "sealwatch-spam": lambda: FeatureDetector(*sealwatch_parts()),
}


def find_detector(name: str) -> Detector:
    """A detector of the table.

    Raises:
        UsageError: there is none of this name, or it cannot be made here.
    """
    if name not in DETECTORS:
        raise UsageError(f"--detector {shown(name)} is not one of {', '.join(DETECTORS)}")
    return DETECTORS[name]()
