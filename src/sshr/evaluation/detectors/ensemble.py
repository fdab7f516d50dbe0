"""An ensemble of Fisher discriminants in random subspaces (Kodovský, Fridrich, Holub 2012)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float64]

LEARNERS, SUBSPACE = 51, 100
_RIDGE = 0.01
"""Of the variance of a feature: pictures are few beside the dimensions of a subspace."""


@dataclass(frozen=True)
class FisherEnsemble:
    """Discriminants that vote.

    Attributes:
        chosen: (L, d) features of each.
        weights: (L, d); `thresholds` (L,): what lies above is a stego.
    """

    chosen: NDArray[np.int64]
    weights: Features
    thresholds: Features

    @classmethod
    def train(cls, covers: Features, stegos: Features, seed: int = 1) -> "FisherEnsemble":
        """From features (N, D) of photographs and (M, D) of stegos; subspaces come from a seed."""
        rng, width = np.random.default_rng(seed), covers.shape[1]
        chosen = np.stack([rng.permutation(width)[: min(SUBSPACE, width)] for _ in range(LEARNERS)])
        found = [_discriminant(covers[:, own], stegos[:, own]) for own in chosen]
        return cls(chosen, np.stack([one for one, _ in found]), np.array([at for _, at in found]))

    def votes(self, features: Features) -> Features:
        """(N,) mean votes in -1..1 for features (N, D); above 0: a stego."""
        projected = np.einsum("nld,ld->nl", features[:, self.chosen], self.weights)
        votes: Features = np.sign(projected - self.thresholds).mean(axis=1)
        return votes


def _discriminant(covers: Features, stegos: Features) -> tuple[Features, float]:
    """The direction that separates best, and the threshold with the fewest errors on both."""
    scatter = np.cov(covers.T) + np.cov(stegos.T)
    scale = np.sqrt(np.diag(scatter))
    scale[scale == 0] = np.inf  # what never changes tells nothing
    whitened = scatter / np.outer(scale, scale)
    apart = (stegos.mean(axis=0) - covers.mean(axis=0)) / scale
    weights = np.linalg.solve(whitened + _RIDGE * np.eye(len(scale)), apart) / scale
    return weights, _threshold(covers @ weights, stegos @ weights)


def _threshold(covers: Features, stegos: Features) -> float:
    values = np.sort(np.concatenate([covers, stegos]))
    between = (values[1:] + values[:-1]) / 2
    alarms = (covers[:, None] > between).mean(axis=0)
    misses = (stegos[:, None] <= between).mean(axis=0)
    return float(between[np.argmin(alarms + misses)])
