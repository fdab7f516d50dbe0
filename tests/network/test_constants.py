"""Numbers that two implementations share."""

import numpy as np

from sshr.network.constants import WINDOW_REACH, WINDOW_SIGMA, opponent, window


def test_opponent_axes() -> None:
    matrix = opponent()
    assert np.abs(matrix @ matrix.T - np.eye(3)).max() < 1e-12
    assert np.allclose(matrix[0], 3**-0.5)


def test_window_is_a_gaussian_of_sum_one() -> None:
    taps = window()
    assert (taps.shape, taps.dtype) == ((2 * WINDOW_REACH + 1,), np.float64)
    assert abs(float(taps.sum()) - 1) < 1e-12
    assert np.array_equal(taps, taps[::-1])
    assert np.isclose(taps[WINDOW_REACH + 1] / taps[WINDOW_REACH], np.exp(-0.5 / WINDOW_SIGMA**2))
