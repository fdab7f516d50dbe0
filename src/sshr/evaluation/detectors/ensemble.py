"""An ensemble of Fisher discriminants in random subspaces (Kodovský, Fridrich, Holub 2012)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float64] | NDArray[np.float32]
Vector = NDArray[np.float64]

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
    weights: Vector
    thresholds: Vector

    @classmethod
    def train(cls, covers: Features, stegos: Features, seed: int = 1) -> "FisherEnsemble":
        """From features (N, D) of photographs and (M, D) of stegos; subspaces come from a seed.

        Raises:
            ValueError: less than two of each, which have no scatter.
        """
        if min(len(covers), len(stegos)) < 2:
            raise ValueError(f"{len(covers)} photographs and {len(stegos)} stegos have no scatter")
        rng, width = np.random.default_rng(seed), covers.shape[1]
        chosen = np.stack([rng.permutation(width)[: min(SUBSPACE, width)] for _ in range(LEARNERS)])
        found = [_discriminant(_subspace(covers, own), _subspace(stegos, own)) for own in chosen]
        return cls(chosen, np.stack([one for one, _ in found]), np.array([at for _, at in found]))

    def votes(self, features: Features) -> Vector:
        """(N,) mean votes in -1..1 for features (N, D); above 0: a stego."""
        learners = zip(self.chosen, self.weights, self.thresholds, strict=True)
        votes = [np.sign(_subspace(features, own) @ weights - at) for own, weights, at in learners]
        mean: Vector = np.mean(votes, axis=0)
        return mean


def _subspace(features: Features, own: NDArray[np.int64]) -> Vector:
    return features[:, own].astype(np.float64)


def _discriminant(covers: Vector, stegos: Vector) -> tuple[Vector, float]:
    """The direction that separates best, and the threshold with the fewest errors on both."""
    scatter = np.cov(covers.T) + np.cov(stegos.T)
    scale = np.sqrt(np.diag(scatter))
    scale[scale == 0] = np.inf  # what never changes tells nothing
    whitened = scatter / np.outer(scale, scale)
    apart = (stegos.mean(axis=0) - covers.mean(axis=0)) / scale
    weights = np.linalg.solve(whitened + _RIDGE * np.eye(len(scale)), apart) / scale
    return weights, _threshold(covers @ weights, stegos @ weights)


def _threshold(covers: Vector, stegos: Vector) -> float:
    values = np.sort(np.concatenate([covers, stegos]))
    between = (values[1:] + values[:-1]) / 2
    below, misses = (np.searchsorted(np.sort(x), between, "right") for x in (covers, stegos))
    errors = (len(covers) - below) / len(covers) + misses / len(stegos)
    return float(between[np.argmin(errors)])
