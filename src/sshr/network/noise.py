"""What noise-shaped rounding adds to a stego, ring by ring of frequencies."""

import torch
from torch import Tensor

from sshr.rounding.kernels import achieved

ROUNDING = 1 / 12 / 255**2
"""Variance of rounding to 8 bits, on [0, 1] samples."""

_QUIETEST = -4.6  # log noise: quieter rings would ask more of fp32 and of the picture's edges


def reachable(log_noise: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    """The log spectra (rings,) that rounding is shaped to and that its kernels achieve.

    Args:
        log_noise: what is wished, (rings,). Whatever its shape, the mean of the log is that of
            white noise.
        shares: coefficients of each ring, (rings,).
    """
    shares = shares.double()
    filled = shares > 0
    even = torch.where(filled, log_noise.double(), torch.zeros_like(shares))
    for _ in range(2):
        even = torch.where(filled, even - (even * shares).sum() / shares.sum(), even)
        even = even.clamp(min=_QUIETEST)
    # The kernels are made from what a checkpoint holds of it, fp32.
    reached = achieved(tuple(shares.tolist()), tuple(even.float().exp().tolist()))
    return even, torch.tensor(reached).log()


def mean_power(log_noise: Tensor, shares: Tensor) -> float:
    """Mean square of the rounding noise with this spectrum, on [0, 1] samples."""
    return ROUNDING * float((shares * log_noise.exp()).sum() / shares.sum())
