"""What k_pub_s tells of its secret."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sshr.evaluation.attacks.denoising import median
from sshr.evaluation.concealed import ConcealedPair
from sshr.inference.rsrk import decode_key
from sshr.transports.analog.engine import Engine


def rsrk_public_scores(engine: Engine, pairs: Sequence[ConcealedPair]) -> NDArray[np.float64]:
    """How well each k_pub_s fits each candidate secret: (N, N), higher is better.

    k_pub_s is a function of the secret, without any randomness. The paper sends it in the clear
    (`base` seals it), so an eavesdropper computes it for candidates too, here from smoothed copies
    such as he may have.
    """
    copies = [engine.rsrk_public(median(pair.secret)) for pair in pairs]
    sent, expected = (
        np.stack([decode_key(key) for key in keys])
        for keys in ([pair.rsrk_public for pair in pairs], copies)
    )
    scores: NDArray[np.float64] = -np.abs(sent[:, None] - expected[None]).sum(axis=2, dtype=float)
    return scores
