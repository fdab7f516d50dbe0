"""SPAM of the package sealwatch (not installed by default), with its ensemble.

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
Kept = NDArray[np.float32]
Train = Callable[[Kept, Kept], Callable[[Kept], Vector]]


def sealwatch_parts() -> tuple[Extract, Train]:
    """Features of each channel, their mean, and training.

    Raises:
        UsageError: the package is not installed, or not usable.
    """
    try:
        import sealwatch
    except ImportError as error:
        raise UsageError(
            f"--detector sealwatch-spam needs the package sealwatch ({error}); "
            "pip install --no-deps sealwatch beside a torchvision that fits the installed torch, "
            "or take --detector spam"
        ) from None

    def extract(picture: Rgb8) -> Vector:
        planes = (np.ascontiguousarray(picture[..., c]) for c in range(3))
        parts = [list(sealwatch.spam.extract(plane).values()) for plane in planes]
        mean: Vector = np.mean([np.concatenate([*map(np.ravel, one)]) for one in parts], axis=0)
        return mean

    def train(covers: Kept, stegos: Kept) -> Callable[[Kept], Vector]:
        trainer: Any = sealwatch.ensemble_classifier.FldEnsembleTrainer(
            *(one.astype(np.float64) for one in (covers, stegos)),
            seed=1,
            L=LEARNERS,
            d_sub=SUBSPACE,
            verbose=0,
        )
        judge: Callable[[Kept], Vector] = trainer.train()[0].predict
        return judge

    return extract, train
