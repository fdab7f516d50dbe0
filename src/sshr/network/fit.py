"""The linear start of the closed form, fitted to photographs: rings, noise and gains."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from sshr.rounding.kernels import ROUNDING, achieved

if TYPE_CHECKING:
    from sshr.network.exact import ExactSteps

_NOISE_LIKE = 10**-5.4
"""Power of a coefficient that rounding noise would hide anyway: weaker ones are all alike."""

_WEAKEST = 1e-7

_QUIETEST = -4.6  # log noise: quieter rings would ask more of fp32 and of the picture's edges


@torch.no_grad()
def fit_start(body: "ExactSteps", crops: Tensor) -> None:
    """Fit to crops (N, 3, H, W) in [0, 1], H and W multiples of 16.

    The rounding noise follows the coefficients' power: quiet where much is sent. Gains are then the
    best linear use of the payload's power, power ~ sqrt(noise x signal).
    """
    planes = body.transform.planes(crops)
    tokens = body.blocks.split(planes)
    power = tokens.square().mean((0, 2, 3)).double().clamp(min=_WEAKEST)
    if body.companding is not None:
        body.companding.measure(tokens)
    groups = ring_of(power, body.config.rings)
    shares = torch.bincount(groups, minlength=body.config.rings)
    body.groups.copy_(groups)
    body.shares.copy_(shares)
    noise = -_means((power + _NOISE_LIKE).log(), groups, len(shares))
    quiet = body.set_noise(body.config.shaping * noise)
    if body.config.mixed:
        signal = _means(power, groups, len(shares))
        gain = 0.25 * (quiet + signal.clamp(min=_WEAKEST).log())
    else:
        signal = _class_power(body, planes)
        if not body.config.shaping:
            quiet = torch.zeros_like(signal)
        elif not body.config.ranked:
            # One spectrum for all three colours: what they have in common.
            noise = -(signal + _NOISE_LIKE).log().view(-1, 3).mean(1)
            quiet = body.set_noise(body.config.shaping * noise).repeat_interleave(3)
        gain = 0.25 * (quiet - signal.clamp(min=_WEAKEST).log())
    body.log_gain.copy_(gain - gain.max() - 1)
    body.start.copy_(body.log_gain)


def _class_power(body: "ExactSteps", planes: Tensor) -> Tensor:
    """Mean square of the coefficients in each class of the linear pair's bank."""
    size = (planes.shape[-2], planes.shape[-1])
    if body.config.ranked:
        plain = body.carrier()
        power = plain.row(planes).square().mean(0).double()
        loud = _means(power, plain.class_of(size), plain.classes)
        body.rank.copy_(loud.argsort(descending=True, stable=True).argsort())
    bank = body.bank()
    power = bank.row(planes).square().mean(0).double()
    return _means(power, bank.class_of(size), bank.classes)


def _means(values: Tensor, classes: Tensor, count: int) -> Tensor:
    """Mean of `values` in each class."""
    sums = values.new_zeros(count).index_add(0, classes, values)
    return sums / torch.bincount(classes, minlength=count).clamp(min=1)


def ring_of(power: Tensor, rings: int) -> Tensor:
    """The ring of each kernel, loudest first: equal steps of log power, none left out between."""
    order = torch.argsort(power, descending=True, stable=True)
    log = power[order].log()
    step = ((log[0] - log) / (log[0] - log[-1]) * rings).long().clamp(max=rings - 1)
    _, step = torch.unique_consecutive(step, return_inverse=True)
    ring = torch.empty_like(order)
    ring[order] = step
    return ring


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
