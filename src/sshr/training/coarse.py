"""Fits the coarse layer's integer tables to photographs."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from sshr.coding.model import ContextModel, Subbands
from sshr.coding.neighbourhood import Neighbourhood, second_pass
from sshr.coding.rate import choose_step, quantise, step_size
from sshr.coding.tables import (
    CONTEXTS,
    FEATURES,
    LOW_SYMBOLS,
    POINT,
    SYMBOLS,
    Tables,
    table_shapes,
)
from sshr.network.coarse import subbands_of
from sshr.network.transform import Transform

_ROUNDS = 4


def fit_tables(transform: Transform, crops: Tensor, rate: float) -> Tables:
    """Tables for a coarse layer of `rate` bits a sample, from crops (N, 3, H, W) in [0, 1].

    Steps and tables depend on each other, so they are fitted in turns.
    """
    subbands = subbands_of(transform, crops)
    bits = rate * crops[0].numel()
    tables = _start(transform.levels)
    for _ in range(_ROUNDS):
        model = ContextModel(tables)
        quantised = [
            quantise(low, details, step_size(choose_step(model, low, details, bits)))
            for low, details in subbands
        ]
        weights = _fit_weights(quantised)
        tables = _count(quantised, weights)
    return tables


def _start(levels: int) -> Tables:
    """Any neighbour counts a little; magnitudes fall off geometrically from their expectation."""
    shapes = table_shapes(levels)
    weights = np.full(shapes["weights"], (1 << POINT) // 24, np.int32)
    weights[..., 0] = (1 << POINT) // 50
    centre = 0.012 * (8 / 0.012) ** ((np.arange(CONTEXTS) + 0.5) / CONTEXTS)
    decay = centre / (1 + centre)
    details = 1 + 1e5 * (1 - decay[:, None]) * decay[:, None] ** np.arange(SYMBOLS)
    low = 1 + 1e4 * 0.9 ** np.arange(LOW_SYMBOLS)
    return Tables(
        weights,
        np.broadcast_to(details, shapes["details"]).astype(np.int32),
        np.broadcast_to(low, shapes["low"]).astype(np.int32),
    )


def _fit_weights(quantised: list[Subbands]) -> NDArray[np.int32]:
    """Weighted least squares for the expected magnitude, every subband and pass for itself."""
    levels = len(quantised[0][1])
    weights = np.zeros(table_shapes(levels)["weights"], np.int32)
    for n in range(levels):
        nears = [_filled(details, n) for _, details in quantised]
        for place in np.ndindex(3, 3):
            for turn in range(2):
                sums = [_normal_equations(near, place, turn) for near in nears]
                weights[(n, *place, turn)] = _solve(sums)
    return weights


def _filled(details: list[NDArray[np.int32]], n: int) -> Neighbourhood:
    parent = None
    if n:
        parent = np.minimum(np.abs(details[n - 1]), 15)
    near = Neighbourhood(parent, details[n].shape[2:])
    for colour, orientation in np.ndindex(3, 3):
        near.put(colour, orientation, details[n][colour, orientation])
    return near


def _normal_equations(
    near: Neighbourhood, place: tuple[int, int], turn: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Features (n, FEATURES) of one subband and pass, and magnitudes (n,)."""
    shape = near.magnitudes.shape[2:]
    chosen = second_pass(*shape) if turn else ~second_pass(*shape)
    columns: list[NDArray[np.float64]] = [np.ones(int(chosen.sum()))]
    for plane in (*near.planes(*place), near.crosses[place] if turn else None):
        there = np.zeros(len(columns[0])) if plane is None else plane[chosen]
        columns.append(there.astype(np.float64))
    return np.stack(columns, 1), near.magnitudes[place][chosen].astype(float)


def _solve(
    samples: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> NDArray[np.int32]:
    features = np.concatenate([f for f, _ in samples])
    wanted = np.minimum(np.concatenate([m for _, m in samples]), 6)
    importance = np.ones(len(wanted))
    for _ in range(3):
        weighted = features * importance[:, None]
        matrix = weighted.T @ features + 1e-3 * np.eye(FEATURES)
        solution = np.linalg.solve(matrix, weighted.T @ wanted)
        # A rare large magnitude must not decide what small expectations look like.
        importance = 1 / ((features @ solution).clip(min=1e-3) + 0.02) ** 1.5
    return np.rint(solution * (1 << POINT)).astype(np.int32)


def _count(quantised: list[Subbands], weights: NDArray[np.int32]) -> Tables:
    """Frequencies of what the contexts of `weights` see, smoothed so that all stay possible."""
    levels = len(weights)
    start = _start(levels)
    details = start.details / start.details.sum(-1, keepdims=True)
    low = start.low / start.low.sum(-1, keepdims=True) * 4
    model = ContextModel(Tables(weights, start.details, start.low))
    for plane_low, bands in quantised:
        for place, values, contexts in model.contexts(bands):
            symbols = np.minimum(np.abs(values), SYMBOLS - 1)
            flat = contexts.astype(np.int64).ravel() * SYMBOLS + symbols.ravel()
            counts = np.bincount(flat, minlength=CONTEXTS * SYMBOLS)
            details[place[:2]] += counts.reshape(CONTEXTS, SYMBOLS)
        for colour, plane in enumerate(plane_low):
            for errors, spreads in model.low_symbols(plane):
                np.add.at(low[colour], (spreads, errors), 1)
    return Tables(weights, _integers(details), _integers(low))


def _integers(frequencies: NDArray[np.float64]) -> NDArray[np.int32]:
    """Rows that sum to about 2^16, every entry at least 1."""
    share = frequencies / frequencies.sum(-1, keepdims=True)
    return np.maximum(np.rint(share * (1 << 16)), 1).astype(np.int32)
