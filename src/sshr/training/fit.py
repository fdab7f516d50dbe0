"""The linear start of `base`, fitted to photographs: tables, expected sizes, gains."""

import math

import torch
from torch import Tensor

from sshr.coding.model import ContextModel
from sshr.network.allocation import FEATURES, Allocation, neighbour_features
from sshr.network.base import BaseNet
from sshr.network.coarse import quantise_within
from sshr.network.gains import GAIN_START, NOISE, scale_to
from sshr.network.side import CoarseLayer
from sshr.network.subbands import split_subbands
from sshr.training.coarse import fit_tables
from sshr.training.passing import HEADER_SHARE

_BATCH = 8

Known = tuple[Tensor, Tensor, Tensor]
"""Of some crops: rests (B, C, h, w), log of their expected size in steps, log of the step."""


def fit_start(net: BaseNet, crops: Tensor, steps: int = 300) -> float:
    """Fit everything that `net` knows before training; returns the linear scheme's error in dB.

    Args:
        crops: (N, 3, H, W) in [0, 1], sides multiples of 16.
        steps: of descent on the gains.
    """
    known: list[Known] = []
    if net.tables is not None:
        rate = net.coarse_rate * (1 - HEADER_SHARE)
        net.tables.put(fit_tables(net.transform, crops, rate))
        known = _fit_allocation(net, crops, rate)
    else:
        for batch in crops.split(_BATCH):
            coefficients = net.transform(batch)
            nothing = torch.zeros(len(batch), coefficients.shape[1], 1, 1)
            known.append((coefficients, nothing, nothing[:, :1]))
    return _fit_gains(net, known, steps)


@torch.no_grad()
def _fit_allocation(net: BaseNet, crops: Tensor, rate: float) -> list[Known]:
    """Fit reconstruction and expected sizes; returns what is known, by batch."""
    assert net.tables is not None
    model, allocation = ContextModel(net.tables.get()), net.allocation
    batches = crops.split(_BATCH)
    bits = rate * crops[0].numel()
    layers = [quantise_within(model, net.transform, batch, bits) for batch in batches]
    pairs = list(zip([net.transform(batch) for batch in batches], layers, strict=True))
    _fit_shifts(allocation, pairs)
    _fit_sizes(allocation, pairs)
    return [
        (c - allocation.reconstruct(layer), allocation(layer), layer.step.log().view(-1, 1, 1, 1))
        for c, layer in pairs
    ]


def _fit_shifts(allocation: Allocation, pairs: list[tuple[Tensor, CoarseLayer]]) -> None:
    """The mean of what is quantised to each magnitude, minus that magnitude."""
    total, count = torch.zeros(2, *allocation.shifts.shape)
    for coefficients, layer in pairs:
        _, levels = split_subbands(layer.levels, allocation.levels)
        scaled = coefficients / layer.step.view(-1, 1, 1, 1)
        _, exact = split_subbands(scaled, allocation.levels)
        for n, (quantised, true) in enumerate(zip(levels, exact, strict=True)):
            shift = quantised.abs() - true * quantised.sign()
            group = quantised.abs().clamp(max=allocation.shifts.shape[-1]).long()
            for colour in range(3):
                for k in range(1, allocation.shifts.shape[-1] + 1):
                    there = group[:, colour] == k
                    total[n, colour, k - 1] += shift[:, colour][there].sum()
                    count[n, colour, k - 1] += there.sum()
    allocation.shifts.copy_(total / count.clamp(min=1))
    allocation.start_shifts.copy_(allocation.shifts)


def _fit_sizes(allocation: Allocation, pairs: list[tuple[Tensor, CoarseLayer]]) -> None:
    """Weighted least squares of the rest's absolute value on the features, by subband."""
    weights = allocation.weights.detach().double()
    for round_ in range(3):
        shape = (allocation.levels, 3, 3)
        matrix = torch.zeros(*shape, FEATURES, FEATURES).double()
        vector = torch.zeros(*shape, FEATURES).double()
        for coefficients, layer in pairs:
            rest = (coefficients - allocation.reconstruct(layer)) / layer.step.view(-1, 1, 1, 1)
            _, rests = split_subbands(rest, allocation.levels)
            _, levels = split_subbands(layer.levels, allocation.levels)
            magnitudes = [level.abs().clamp(max=15) for level in levels]
            for n in range(allocation.levels):
                features = neighbour_features(magnitudes, n).flatten(4).double()
                expected = torch.einsum("cof,bcofp->bcop", weights[n], features).clamp(min=0.01)
                importance = 1 / expected**1.5 if round_ else torch.ones_like(expected)
                weighted = features * importance[:, :, :, None]
                matrix[n] += torch.einsum("bcofp,bcogp->cofg", weighted, features)
                wanted = rests[n].abs().flatten(3).double()
                vector[n] += torch.einsum("bcofp,bcop->cof", weighted, wanted)
        ridge = 1e-3 * torch.eye(FEATURES).double()
        weights = torch.linalg.solve(matrix + ridge, vector)
    allocation.weights.copy_(weights)
    allocation.start_weights.copy_(weights)


def _fit_gains(net: BaseNet, known: list[Known], steps: int) -> float:
    """Descend the mean log error of the linear scheme, each picture at its own scale.

    What a picture's PSNR averages is the log of its own error, so that is what counts.
    """
    gains = net.gains
    if net.tables is None:  # sizes are the bands' own; one gain each
        energy = torch.stack([rest.square().mean((0, 2, 3)) for rest, *_ in known]).mean(0)
        size = torch.zeros_like(gains.log_spread).index_add_(0, gains.bands, energy)
        counts = torch.bincount(gains.bands)
        with torch.no_grad():
            gains.log_spread.copy_((size / counts).sqrt().log())
            gains.log_gain.copy_(-0.5 * gains.log_spread)
    _bring_down(net, known)  # under the ceiling, where there is no gradient
    learned = list(gains.parameters())
    optimiser = torch.optim.Adam(learned, lr=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    errors: list[float] = []
    for step in range(steps):
        loss = linear_error(net, *known[step % len(known)])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        errors.append(float(loss.detach()))
    _bring_down(net, known)
    gains.keep_start()
    return sum(errors[-len(known) :]) / len(errors[-len(known) :])


@torch.no_grad()
def _bring_down(net: BaseNet, known: list[Known]) -> None:
    """Make the largest gain GAIN_START; the tiles' scales make up for it."""
    largest = max(float(net.gains.unlimited(log_size).max()) for _, log_size, _ in known)
    net.gains.log_gain.add_(math.log(GAIN_START) - largest)


def linear_error(net: BaseNet, rest: Tensor, log_size: Tensor, log_step: Tensor) -> Tensor:
    """Mean 10 log10 of the linear scheme's squared error on rests (B, C, h, w)."""
    gain = net.gains(log_size, log_step, rest.new_ones(1, 1, 1, 1)).gain(net.gains.steps)
    scale = scale_to(net.power, gain * rest).view(-1, 1, 1, 1)
    gains = net.gains(log_size, log_step, scale)
    wiener, gain = gains.wiener, gains.gain(gains.steps)
    error = (1 - wiener).square() * rest.square() + (wiener * NOISE / (gain * scale)).square()
    return 10 * torch.log10(error.mean((1, 2, 3))).mean()
