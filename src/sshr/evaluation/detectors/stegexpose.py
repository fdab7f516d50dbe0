"""StegExpose (Boehm 2014): the mean of four estimates of how much has been replaced.

It looks for replaced lowest bits; of other noise it says little. No code of that program is used.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sshr.evaluation.detectors.lsb_rates import (
    BLOCK,
    pairs_of_values,
    primary_sets,
    rs_analysis,
    sample_pairs,
)
from sshr.types import Rgb8

THRESHOLD = 0.2
_LEAST_BLOCKS = 256


class StegExpose:
    """A detector that needs no training.

    Args:
        faithful: as the published program does it: its primary sets are miscounted, and pictures
            of less than about 87,700 px lose the chi-square test.
    """

    def __init__(self, faithful: bool = False) -> None:
        self.faithful = faithful

    def fit(self, covers: Sequence[Rgb8], stegos: Sequence[Rgb8]) -> None:
        """See `Detector`: nothing is learned."""

    def score(self, images: Sequence[Rgb8]) -> NDArray[np.float64]:
        """See `Detector`."""
        return np.array([self.fused(image) - THRESHOLD for image in images])

    def fused(self, picture: Rgb8) -> float:
        """Mean of the estimates that there are, each between 0 and 1; 0 if there is none."""
        old = self.faithful
        found = [primary_sets(picture, old), sample_pairs(picture, old), rs_analysis(picture)]
        blocks = picture.size // BLOCK
        if blocks > _LEAST_BLOCKS or not old:
            odds = pairs_of_values(picture)
            found.append(float(np.mean(odds[: blocks - 1] if old else odds)))
        known = [min(abs(one), 1.0) for one in found if not math.isnan(one)]
        return float(np.mean(known)) if known else 0.0
