"""Does an attack tell which of N known pictures was concealed?

An attacker who cannot see a secret may still recognise it. He has N candidates and what an attack
gave him for N stegos: N pictures, or N residuals (stego minus reference) if he holds the reference
but no key. A feature turns either into a vector, every vector is compared with every candidate's,
and the candidate with the best score is his pick. Chance picks one right on average, whatever N.

Pictures are (H, W, 3) in [0, 1], RGB, floating; residuals likewise, around 0.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

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


def feature_vectors(pictures: Iterable[Plane]) -> dict[str, Vector]:
    """Every feature of pictures or residuals of any sizes, multiples of 16: (N, d) each."""
    held = list(pictures)
    return {name: np.stack([make(one) for one in held]) for name, make in FEATURES.items()}


def picks(
    found: Mapping[str, Vector],
    candidates: Mapping[str, Vector],
    known: Sequence[int] | None = None,
) -> dict[str, int]:
    """Right picks by each feature, from `feature_vectors`; `known` as in `right_picks`."""
    return {
        name: right_picks(cosine_scores(found[name], vectors), known)
        for name, vectors in candidates.items()
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
    """Cosines of feature vectors (M, d) and (N, d), each side's mean taken off: (M, N).

    What all of a side have in common would hide small differences, and it is what a fixed gain for
    each band multiplies in.
    """
    scores: Scores = _unit(found) @ _unit(known).T
    return scores


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
