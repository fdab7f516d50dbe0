"""Error diffusion sample by sample: what rounding along wavefronts has to come to."""

import numpy as np
from numpy.typing import NDArray

from sshr.rounding.kernels import REACH, Kernels, column_kinds, row_kinds
from sshr.rounding.shaping import HALF, PAIR, Planes


def wanted_by(planes: Planes, kernels: Kernels, levels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """What each sample had to be, the errors of those before it being known: one after the other,
    row by row, in fp64.
    """
    count, height, width = planes.exact.shape
    wanted = np.zeros(planes.exact.shape)
    owed = np.zeros((count, height + REACH, width + 2 * REACH))
    rows, columns = row_kinds(height), column_kinds(width)
    middles = np.zeros(levels.shape)
    if planes.asked is not None:
        middles[(planes.asked == HALF) | (planes.asked == PAIR)] = 0.5
    for i, j in np.ndindex(height, width):
        weight = planes.strength[:, i, j].astype(float)
        wanted[:, i, j] = planes.exact[:, i, j] + owed[:, i, j + REACH] * weight
        error = (levels[:, i, j] + middles[:, i, j] - wanted[:, i, j]) / weight
        kernel = kernels[rows[i], columns[j]].astype(float)
        answer = kernel * error.clip(-4, 4)[:, None, None]
        owed[:, i : i + REACH + 1, j : j + 2 * REACH + 1] += answer
    return wanted
