"""Does an attack tell which of N known pictures was concealed?

An attacker who cannot see a secret may still recognise it. He has N candidates and what an attack
gave him for N stegos: N pictures, or N residuals (stego minus reference) if he holds the reference
but no key. A feature turns either into a vector, every vector is compared with every candidate's,
and the candidate with the best score is his pick. Chance picks one right on average, whatever N.

Pictures are (H, W, 3) in [0, 1], RGB, floating; residuals likewise, around 0.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from sshr.network.bank import BlockBank
from sshr.network.transform import Transform

Plane = NDArray[np.floating]
Vector = NDArray[np.float64]
Scores = NDArray[np.float64]
Feature = Callable[[Plane], Vector]

_GRID = 16
_BLOCK = 8
_QUANTILES = 64
_TINY = 1e-12


def pixel_feature(picture: Plane) -> Vector:
    """The picture averaged over a 16x16 grid, its mean removed: finds what is visible at all."""
    down, across = (_averaging(length) for length in picture.shape[:2])
    small = np.stack([down @ picture[..., c] @ across.T for c in range(picture.shape[2])])
    return (small - small.mean()).ravel()


def band_feature(picture: Plane) -> Vector:
    """Log energies of the 192 kernels of an 8x8 DCT in opponent colours: finds a shuffled secret.

    A permutation among one kernel's coefficients, however random, leaves them as they are.
    """
    energies = _coefficients(picture).square().mean((0, 2, 3))
    return energies.clamp(min=_TINY).log().numpy().astype(np.float64)


def sorted_feature(picture: Plane) -> Vector:
    """Log magnitudes of the 8x8 DCT's coefficients at 64 quantiles, dense towards the largest.

    The list that any permutation and any sign flips leave as it is.
    """
    magnitudes = _coefficients(picture).abs().flatten().numpy().astype(np.float64)
    ranks = 1 - np.geomspace(1 / len(magnitudes), 0.9, _QUANTILES)
    return np.log(np.maximum(np.quantile(magnitudes, ranks), _TINY**0.5))


FEATURES: dict[str, Feature] = {
    "pixels": pixel_feature,
    "bands": band_feature,
    "sorted": sorted_feature,
}


class Matcher:
    """N candidate secrets, ready to be compared with what an attack found."""

    def __init__(self, candidates: Sequence[Plane]) -> None:
        self._known = {name: _directions(candidates, feature) for name, feature in FEATURES.items()}

    def scores(self, found: Sequence[Plane]) -> dict[str, Scores]:
        """For each feature how well each thing found fits each candidate: (M, N) in [-1, 1].

        The cosine of the feature vectors, after what all of a side have in common is taken off: it
        would hide small differences, and it is what a fixed gain for each band multiplies in.

        Args:
            found: pictures or residuals, any sizes of multiples of 16.
        """
        return {
            name: _directions(found, FEATURES[name]) @ known.T
            for name, known in self._known.items()
        }


def right_picks(scores: Scores, known: Sequence[int] | None = None) -> int:
    """How often the best score in row i is at candidate i.

    Args:
        scores: (N, N); row i belongs to the stego of candidate i.
        known: for each row a candidate that the attacker rules out, such as the reference itself
            where secrets serve as each other's references.
    """
    if known is not None:
        scores = scores.copy()
        scores[np.arange(len(scores)), list(known)] = -np.inf
    return int((scores.argmax(axis=1) == np.arange(len(scores))).sum())


def cosine_scores(found: Vector, known: Vector) -> Scores:
    """Cosines of feature vectors (M, d) and (N, d), each side's mean taken off: (M, N)."""
    scores: Scores = _unit(found) @ _unit(known).T
    return scores


def _directions(pictures: Sequence[Plane], feature: Feature) -> Scores:
    return _unit(np.stack([feature(picture) for picture in pictures]))


def _unit(vectors: Vector) -> Scores:
    vectors = vectors - vectors.mean(axis=0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Scores = vectors / np.maximum(lengths, _TINY)
    return unit


def _coefficients(picture: Plane) -> torch.Tensor:
    planes = torch.from_numpy(np.ascontiguousarray(picture, dtype=np.float32))
    # The mean colour that is taken off is the flattest kernels' business alone.
    colours = Transform("haar:1", "opponent").planes(planes.permute(2, 0, 1)[None])
    return BlockBank(_BLOCK).split(colours)


def _averaging(length: int) -> NDArray[np.float64]:
    """(16, length) with rows that average equal parts."""
    edges = np.arange(_GRID + 1) * length / _GRID
    samples = np.arange(length)
    overlap = np.minimum(edges[1:, None], samples + 1) - np.maximum(edges[:-1, None], samples)
    share: NDArray[np.float64] = np.clip(overlap, 0, None) * _GRID / length
    return share
