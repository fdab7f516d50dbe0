"""What a bit of the seal does to the revealed picture: in a square a third of a lone sample's."""

import numpy as np
from numpy.typing import NDArray

import sshr
from sshr.header.carriers import seal_pattern, trailing_groups
from sshr.header.layout import Bucket
from sshr.rounding.kernels import dct_array, frequency_order, split_count

SIDE = 64


def cost(error: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """E^T Q E of `sshr.rounding.kernels`, for errors in one tile."""
    basis = dct_array(SIDE)
    return float((weights * np.square(basis @ error @ basis.T)).sum())


def test_a_square_costs_a_third_of_a_lone_sample() -> None:
    shares, powers = sshr.load_model("base").net.noise_spectrum()
    weights = np.empty(SIDE * SIDE)
    counts = split_count(SIDE * SIDE, shares)
    weights[frequency_order(SIDE, SIDE)] = np.repeat(1 / np.array(powers), counts)
    weights = weights.reshape(SIDE, SIDE)
    groups = trailing_groups(96, 96, Bucket(1, 9, True))
    middle = np.full(groups.seal.shape, 0.5)
    for bit in (0, 1):
        bits = np.full(len(groups.seal), bit, np.uint8)
        error = np.zeros((SIDE, SIDE))
        error[30:32, 30:32] = (seal_pattern(bits, groups) - middle)[0].reshape(2, 2)
        lone = np.zeros((SIDE, SIDE))
        lone[30, 30] = bit - 0.5
        assert 0.2 < cost(error, weights) / cost(lone, weights) < 0.4
