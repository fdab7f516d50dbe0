"""What changes of coefficients under Gaussian noise tell of every bit; gain and noise estimated."""

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.blocks import coefficients
from sshr.transports.robust.design import ALL, Design

Floats = NDArray[np.floating]

MOST = 8.0
"""Largest logarithm of a ratio that is believed."""

_ROUNDS = 8
_FAINT = 0.03
"""Of power against noise: less tells nothing, and its estimate is not to be believed."""


def noisy_ratios(changes: Floats, plan: Design) -> NDArray[np.float32]:
    """By the changes that are left, each coefficient's gain and noise being estimated (EM)."""
    seen = coefficients(changes, plan.side)
    ratios = np.zeros(seen.shape, np.float32)
    for u in range(ALL):
        for v in range(ALL - u):
            use = plan.classes[:, :, u, v] > 0
            if use.sum() < 8:
                continue
            low, high = plan.zero[:, :, u, v][use], plan.one[:, :, u, v][use]
            middle, half = ((high + sign * low) / np.float32(2) for sign in (1, -1))
            told = _ratio(seen[:, :, u, v][use], middle, half)
            ratios[:, :, u, v][use] = told
    return ratios.clip(-MOST, MOST)


def _ratio(seen: Floats, middle: Floats, half: Floats) -> Floats:
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
    if gain**2 * float(np.square(half).mean()) < _FAINT * noise:
        return np.zeros_like(seen)
    return -2 * gain * half * (seen - gain * middle) / noise
