"""What changes of coefficients under Gaussian noise tell of every bit; gain and noise estimated."""

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.blocks import coefficients, thinned
from sshr.transports.robust.design import ALL, Design

Floats = NDArray[np.floating]

MOST = 8.0
"""Largest logarithm of a ratio that is believed."""

_ROUNDS = 8
_LEAST = 8
"""Coefficients from which anything can be estimated."""

_BAND = 32
"""Rows of blocks that are looked at together."""

_FAINT = 0.03
"""Of power against noise: less tells nothing, and its estimate is not to be believed."""


def noisy_ratios(changes: Floats, plan: Design) -> NDArray[np.float32]:
    """By the changes that are left, each coefficient's gain and noise being estimated (EM)."""
    seen = coefficients(changes, plan.side)
    some = slice(None, None, thinned(*seen.shape[:2]))
    parts = seen[some], plan.zero[some], plan.one[some]
    gains = np.zeros((plan.side, plan.side), np.float32)  # where nothing is heard
    noises = np.ones_like(gains)
    for u in range(ALL):
        for v in range(ALL - u):
            use = plan.classes[some, :, u, v] > 0
            if use.sum() < _LEAST:
                continue
            heard, low, high = (each[:, :, u, v][use] for each in parts)
            middle, half = ((high + sign * low) / np.float32(2) for sign in (1, -1))
            gains[u, v], noises[u, v] = _estimate(heard, middle, half)
    ratios = np.empty(seen.shape, np.float32)
    for first in range(0, len(ratios), _BAND):
        rows = slice(first, first + _BAND)
        middle, half = (
            (plan.one[rows] + sign * plan.zero[rows]) / np.float32(2) for sign in (1, -1)
        )
        told = -2 * gains * half * (seen[rows] - gains * middle) / noises
        np.clip(told, -MOST, MOST, out=ratios[rows])
    return ratios


def _estimate(seen: Floats, middle: Floats, half: Floats) -> tuple[float, float]:
    """Gain and noise; no gain where nothing can be heard."""
    gain = 1.0
    noise = max(float(np.square(seen - middle).mean() - np.square(half).mean()), 0.3)
    for _ in range(_ROUNDS):
        off = seen - gain * middle
        guess = np.tanh(gain * half * off / noise)
        sent = middle + half * guess
        power = float((middle**2 + half**2 + 2 * middle * half * guess).sum())
        gain = min(max(float((seen * sent).sum()) / max(power, 1e-9), 0.05), 1.5)
        off = seen - gain * middle
        left = off**2 - 2 * gain * half * guess * off + gain**2 * half**2
        noise = max(float(left.mean()), 0.05)
    is_faint = gain**2 * float(np.square(half).mean()) < _FAINT * noise
    return (0.0 if is_faint else gain), noise
