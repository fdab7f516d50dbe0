"""Feature sets of the package sealwatch (extra, not installed by default), with its ensemble.

It imports torchvision, which has to fit the installed torch: `pip install --no-deps sealwatch`
beside a torchvision that does.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.errors import UsageError
from sshr.evaluation.detectors.ensemble import LEARNERS, SUBSPACE
from sshr.types import Rgb8

Vector = NDArray[np.float64]
Extract = Callable[[Rgb8], Vector]
Train = Callable[[Vector, Vector], Callable[[Vector], Vector]]

_LUMA = np.array([0.299, 0.587, 0.114])


def sealwatch_parts(name: str) -> tuple[Extract, Train]:
    """Features and training of `spam`, of each channel, or of `srm` or `srmq1`, of the luma.

    Raises:
        UsageError: the package is not installed, or not usable.
    """
    try:
        import sealwatch
    except ImportError as error:
        raise UsageError(
            f"--detector {name} needs the package sealwatch ({error}); "
            "pip install sealwatch, or take --detector spam"
        ) from None
    features = {"sealwatch-spam": "spam"}.get(name, name)
    source = getattr(sealwatch, features)

    def of_plane(plane: NDArray[np.uint8]) -> Vector:
        found = source.extract(np.ascontiguousarray(plane)).values()
        return np.concatenate([np.ravel(one) for one in found]).astype(np.float64)

    def extract(picture: Rgb8) -> Vector:
        if features != "spam":
            return of_plane(np.rint(picture @ _LUMA).astype(np.uint8))
        mean: Vector = np.mean([of_plane(picture[..., c]) for c in range(3)], axis=0)
        return mean

    def train(covers: Vector, stegos: Vector) -> Callable[[Vector], Vector]:
        trainer: Any = sealwatch.ensemble_classifier.FldEnsembleTrainer(
            covers, stegos, seed=1, L=LEARNERS, d_sub=SUBSPACE, verbose=0
        )
        judge: Callable[[Vector], Vector] = trainer.train()[0].predict
        return judge

    return extract, train
