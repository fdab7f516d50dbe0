"""What a detector's scores of photographs and of stegos say: errors, ROC and its area."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.errors import EvaluationError

Vector = NDArray[np.float64]
_DEVIATIONS = 1.96


@dataclass(frozen=True)
class Judged:
    """How a detector did.

    Attributes:
        tested: photographs and stegos together.
        p_e: mean of false alarms and misses at the detector's own threshold; 0.5 for one that
            guesses.
        low, high: where p_e lies by 95 in 100 (Wilson), as far as these pictures are concerned.
        best: the least p_e of any threshold, chosen on these scores: a bound, not a result.
        auc: area under the ROC: how often a stego scores above a photograph.
    """

    tested: int
    p_e: float
    low: float
    high: float
    best: float
    auc: float

    @classmethod
    def of(cls, covers: Vector, stegos: Vector) -> "Judged":
        """From scores, above 0 for what is taken for a stego; (N,) and (M,).

        Raises:
            EvaluationError: see `mean_error`.
        """
        error, tested = mean_error(covers, stegos), len(covers) + len(stegos)
        false, true = roc(covers, stegos)
        best = float(((false + 1 - true) / 2).min())
        area = float(np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2))
        return cls(tested, error, *interval(error, tested), best, area)


def mean_error(covers: Vector, stegos: Vector) -> float:
    """P_E: the mean of false alarms and misses, by scores (N,) and (M,); above 0: a stego.

    Raises:
        EvaluationError: a score is not finite, and says neither.
    """
    if not np.isfinite(np.concatenate([covers, stegos])).all():
        raise EvaluationError("a detector gave scores that are not finite")
    return float((covers > 0).mean() + (stegos <= 0).mean()) / 2


def roc(covers: Vector, stegos: Vector) -> tuple[Vector, Vector]:
    """False and true positives at every threshold, from none to all: two rising vectors."""
    thresholds = np.unique(np.concatenate([covers, stegos]))[::-1]
    false, true = (
        np.concatenate([[0.0], _share_above(scores, thresholds)]) for scores in (covers, stegos)
    )
    return false, true


def _share_above(scores: Vector, thresholds: Vector) -> Vector:
    below = np.searchsorted(np.sort(scores), thresholds)
    found: Vector = (len(scores) - below) / len(scores)
    return found


def interval(share: float, count: int) -> tuple[float, float]:
    """Wilson's interval of a share seen in so many trials, at 95 %."""
    if count == 0:
        return 0.0, 1.0
    square = _DEVIATIONS**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    inside = share * (1 - share) / count + square / (4 * count**2)
    reach = _DEVIATIONS * math.sqrt(inside) / (1 + square / count)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
