"""Numbers of the method that training and `sshr.inference` share."""

import numpy as np
from numpy.typing import NDArray

MEAN_COLOUR = (0.459, 0.450, 0.413)
"""Mean RGB of the training photographs, on [0, 1]: what the states are centred on."""

EMPTY = 0.1 / 255
"""Deviation of a group below which noise fills what is missing of its power (`Spread`)."""

MIX_VECTORS, MIX_ROUNDS, MIX_SMALL = 9, 2, 128
"""Sign vectors of a keyed mix, transforms of a group, and the size below which a group gets one for
every vector but the first."""

WINDOW_SIGMA, WINDOW_REACH = 1.5, 5
"""Of the Gaussian window of SSIM, in pixels."""

LEAST_SHARE, SHARE_ROUNDS = 0.15, 8
"""Share of the payload's power that the reference's headroom may leave at least, and the rounds in
which it is found."""

TURN_ATOMS, TURNS = 16, 24
"""Neighbours that a keyed rotation turns, and how many different rotations there are."""

SCALE_ROUNDS, LOUDEST, LARGEST_GAIN = 8, 1e4, 0.8
"""Of an unmixed network: rounds in which its scale is found; the scale of a secret in which there
is hardly anything to send; and the gain at which a pair of steps has nothing left to hold on to."""

KEY_STEP, KEYS_PER_BYTE, KEY_SIDE = 0.55, 4, 256
"""Between the four levels of k_pub_s; its numbers in a byte; and the side of the thumbnail that
AlexNet sees, in pixels."""


def opponent() -> NDArray[np.float64]:
    """Luma-like mean, red-blue and green-magenta axes: an orthonormal 3x3 matrix."""
    rows = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 2.0, -1.0]])
    matrix: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return matrix


def window() -> NDArray[np.float64]:
    """Taps of the window, (11,), of sum one."""
    at = np.arange(-WINDOW_REACH, WINDOW_REACH + 1)
    taps: NDArray[np.float64] = np.exp(-0.5 * np.square(at / WINDOW_SIGMA))
    return taps / taps.sum()
