"""How loud the noise may be where: a map of the reference, in integers throughout.

A step of the map is a quarter of an octave of the noise's power, where the noise is loud: of lambda
(see `sshr.transports.sealed.distributions`) everywhere.
"""

import numpy as np
from numpy.typing import NDArray

from sshr.threads import on_all
from sshr.transports.sealed.distributions import power_of_two
from sshr.transports.sealed.noise import Noise

LEVELS_A_STEP = 16
"""Levels (see `sshr.transports.sealed.distributions`) for one step of a map."""

_STEPS = 25
_ACTIVITY_STEPS = 41  # five octaves of activity
_ROWS, _AROUND = 256, 9  # of a strip; on either side, for all filters one after the other
Map = NDArray[np.uint8]


def noise_map(reference: NDArray[np.uint8], noise: Noise) -> Map:
    """Steps above the quietest place for each pixel, (H, W) uint8, of an (H, W, 3) RGB picture."""
    found = np.zeros(reference.shape[:2], np.uint8)
    if noise in (Noise.UNIFORM, Noise.CAMERA):
        return found
    tops = range(0, len(reference), _ROWS)
    on_all(lambda top: _strip(reference, noise, top, found), tops)
    return found


def _strip(reference: NDArray[np.uint8], noise: Noise, top: int, found: Map) -> None:
    """Some rows of the map, from these and the ones around that they depend on."""
    start = max(top - _AROUND, 0)
    own = _map_of(reference[start : top + _ROWS + _AROUND], noise)
    found[top : top + _ROWS] = own[top - start :][:_ROWS]


def _map_of(reference: NDArray[np.uint8], noise: Noise) -> Map:
    residual = _residual(reference)
    if noise is Noise.TEXTURE:
        # Noise of a power in proportion to the local variance is hardest to find, if a detector
        # knows that variance; an activity is an amplitude, so an octave of it is two of power.
        return _steps(_box(residual, 2) // 25, 4, _ACTIVITY_STEPS, an_octave=8)
    # HILL's order (Li et al. 2014): the residual's mean, its inverse, the mean of that.
    inverse = (1 << 20) // (_box(residual, 1) // 9 + 4)
    cost = _box(inverse, 7) // 225
    return np.uint8(_STEPS - 1) - _steps(cost, 1 << 12, _STEPS, an_octave=4)


def step_count(noise: Noise) -> int:
    """Values are below this."""
    return {Noise.TEXTURE: _ACTIVITY_STEPS, Noise.ADAPTIVE: _STEPS}.get(noise, 1)


def _residual(reference: NDArray[np.uint8]) -> NDArray[np.int32]:
    """|KB * luma|, the high-pass of Ker and Boehme: -1 2 -1, 2 -4 2, -1 2 -1."""
    rgb = reference.astype(np.int32)
    luma = np.pad(rgb[..., 0] + 2 * rgb[..., 1] + rgb[..., 2], 1, mode="reflect")
    rows = 2 * luma[:, 1:-1] - luma[:, :-2] - luma[:, 2:]
    return np.abs(2 * rows[1:-1] - rows[:-2] - rows[2:]) // 4


def _box(values: NDArray[np.int32], radius: int) -> NDArray[np.int32]:
    """Sums over squares of 2 radius + 1 px. Differences of wrapped sums are exact."""
    for axis in (0, 1):
        width = [(0, 0), (0, 0)]
        width[axis] = (radius + 1, radius)
        padded = np.pad(values, width, mode="symmetric")
        sums = np.cumsum(padded, axis=axis, dtype=np.int32)
        size, side = values.shape[axis], 2 * radius + 1
        upper = np.take(sums, np.arange(side, side + size), axis=axis)
        upper -= np.take(sums, np.arange(size), axis=axis)
        values = upper
    return values


def _steps(values: NDArray[np.int32], least: int, count: int, an_octave: int) -> Map:
    """floor(an_octave log2(values / least)), within 0..count - 1; 4 or 8 steps an octave."""
    bounds = [-(-power_of_two(k * 8 // an_octave) * least >> 16) for k in range(1, count)]
    return np.searchsorted(np.array(bounds, np.int32), values, side="right").astype(np.uint8)
