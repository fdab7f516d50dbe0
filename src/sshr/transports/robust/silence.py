"""Whether nothing was concealed by a design: most pictures that are looked at are innocent.

Of its two changes a coefficient then shows the smaller one, again and again; the bits of a header
are as random as keys. So failing decoders and louder designs need not be tried.
"""

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.design import Design

_HEARD = 0.5
"""Logarithm of a ratio from which on a bit counts."""

_FEW = 200
_DEVIATIONS = 7
"""Of the share of smaller changes among random bits, from which on they are none."""

_SURE = 2.5
"""Deviations by which copies of a code agree more than random bits: two copies of one that can just
be decoded have four."""

_TWICE = 2400
"""Bits that are sent twice, at least: as many as the shortest header's code has."""

_BIASED = 0.06
"""That share less a half, at least."""


def is_silent(ratios: NDArray[np.float32], plan: Design, places: NDArray[np.int64]) -> bool:
    """Whether the bits in the places of a header are none.

    Args:
        ratios: as the design, log P(0) / P(1).
        places: flat indices.
    """
    told = ratios.reshape(-1)[places]
    larger = np.abs(plan.one.reshape(-1)[places]) - np.abs(plan.zero.reshape(-1)[places])
    heard = (np.abs(told) > _HEARD) & (larger != 0)
    count = int(heard.sum())
    if count < _FEW:
        return False
    most = 0.5 + max(_BIASED, _DEVIATIONS / 2 / count**0.5)
    return bool(((told > 0) == (larger > 0))[heard].mean() > most)


def agrees(told: NDArray[np.float32], period: int) -> bool:
    """Whether a code may be there that is sent again: its copies agree more than chance.

    Args:
        told: log P(0) / P(1) in the code's places, in order.
        period: bits until it begins again; where few bits are sent twice nothing is known.
    """
    copies, more = divmod(len(told), period)
    if len(told) < period + _TWICE:
        return True
    each = told.astype(np.float64)
    each -= each.mean()
    sums = np.zeros(period)
    for start in range(0, len(each), period):
        part = each[start : start + period]
        sums[: len(part)] += part
    # 1 for random bits, with this deviation; the number of copies for a code without noise.
    likeness = float(np.square(sums).sum()) / max(float(np.square(each).sum()), 1e-9)
    pairs = copies * (copies - 1) * period + 2 * copies * more
    return likeness > 1 + _SURE * (2 * pairs) ** 0.5 / len(told)


def information(ratios: NDArray[np.float32]) -> float:
    """Bits that these logarithms of ratios claim to tell."""
    size = np.abs(ratios.astype(np.float64))
    wrong = 1 / (1 + np.exp(size))
    lost = -(wrong * np.log2(wrong) + (1 - wrong) * np.log2(1 - wrong))
    return float((1 - lost).sum())
