"""Rounding with error diffusion, sample by sample in the order of rows, many samples at a time.

A sample depends on earlier ones of its own row and of REACH rows above, up to REACH columns further
right. So all samples on a line of slope 1 / (REACH + 1) can be rounded at once, in all tiles of one
shape and all colours: a wavefront. Tiles are stored skewed, such that a line is a slice.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.rounding.kernels import REACH, Kernels, column_kinds, row_kinds

Floats = NDArray[np.float32]
FREE, PAIR, HALF, PIXEL = -1, 2, 3, 4
"""In `Planes.asked`, see there."""

_SLOPE = REACH + 1
_LARGEST = 4.0  # error handed on, in levels: clipping makes larger ones, which nothing can mend


@dataclass(frozen=True)
class Planes:
    """Planes of one shape to round: (B, H, W) each.

    Attributes:
        exact: levels of 0..255, maybe outside.
        strength: above 0; errors count by 1 / strength.
        asked: int8, 0 or 1 where the lowest bit of the sample must be that; HALF where the sample
            will have one of two values later, and PAIR where the lower of them must be even (it
            gets the lower, and its error is that of their middle); PIXEL or PIXEL + 1 in three
            neighbouring planes where the exclusive or of their lowest bits must be 0 or 1; else
            FREE. None where nothing is asked.
    """

    exact: Floats
    strength: Floats
    asked: NDArray[np.int8] | None = None


def round_shaped(planes: Planes, kernels: Kernels) -> tuple[NDArray[np.uint8], Floats]:
    """Rounded planes, and the errors by strength; both (B, H, W)."""
    count, height, width = planes.exact.shape
    exact, strength = _skewed(planes.exact), _skewed(planes.strength)
    asked = None if planes.asked is None else _skewed(planes.asked, FREE)
    lines = len(exact)
    binding = np.zeros(lines, bool) if asked is None else (asked != FREE).any(axis=(1, 2))
    owed = np.zeros((lines + REACH * _SLOPE + REACH, height + REACH, count), np.float32)
    errors = np.zeros_like(exact)
    levels = np.zeros(exact.shape, np.uint8)
    by_row, by_column = row_kinds(height), column_kinds(width)
    for line in range(lines):
        first = max(0, -(-(line - width + 1) // _SLOPE))
        last = min(height - 1, line // _SLOPE) + 1
        if first >= last:
            continue
        part = slice(first, last)
        weight = strength[line, part]
        wanted = exact[line, part] + owed[line, part] * weight
        chosen = np.rint(wanted)
        np.clip(chosen, 0, 255, out=chosen)
        if asked is not None and binding[line]:
            chosen = as_asked(chosen, wanted, asked[line, part])
        error = (chosen - wanted) / weight
        np.clip(error, -_LARGEST, _LARGEST, out=error)
        errors[line, part] = error
        levels[line, part] = chosen
        kernel = kernels[by_row[part], by_column[line - _SLOPE * np.arange(first, last)]]
        kernel = np.ascontiguousarray(kernel.transpose(1, 2, 0))[..., None]
        owed[line + 1 : line + REACH + 1, part] += kernel[0, REACH + 1 :] * error
        for dy in range(1, REACH + 1):
            at = line + _SLOPE * dy
            below = slice(first + dy, last + dy)
            owed[at - REACH : at + REACH + 1, below] += kernel[dy] * error
    return _straight(levels, width), _straight(errors, width)


def as_asked(chosen: Floats, wanted: Floats, asked: NDArray[np.int8]) -> Floats:
    """`chosen` (n, B), but where something is asked for the nearest levels that are so.

    The middle of two values, k + 1/2, stands for both.
    """
    single = np.where((asked == 0) | (asked == 1), _nearest_with(asked, wanted), chosen)
    even = 2 * np.clip(np.rint((wanted - 0.5) / 2), 0, 127)
    single = np.where(asked == PAIR, even + 0.5, single)
    single = np.where(asked == HALF, np.clip(np.rint(wanted - 0.5), 0, 254) + 0.5, single)
    if not (asked >= PIXEL).any():
        return single.astype(np.float32)
    three, parity = single.reshape(len(single), -1, 3), asked.reshape(len(single), -1, 3)[..., 0]
    off = wanted.reshape(three.shape) - three
    odd = np.floor(three).astype(np.int32).sum(-1) % 2
    wrong = (parity >= PIXEL) & (odd != parity - PIXEL)
    step = np.where(three + np.copysign(1, off) > 255, -1, np.copysign(1, off))
    step = np.where(three + step < 0, 1, step)
    best = (step * off).argmax(-1)  # the sample that is least worse at its next level
    move = wrong[..., None] & (np.arange(3) == best[..., None])
    return np.where(move, three + step, three).astype(np.float32).reshape(chosen.shape)


def _nearest_with(parity: NDArray[np.int8], wanted: Floats) -> Floats:
    """The nearest levels whose lowest bits are `parity`."""
    bit = parity.astype(np.float32)
    return bit + 2 * np.clip(np.rint((wanted - bit) / 2), 0, 127)


def _skewed(planes: NDArray, rest: int = 0) -> NDArray:
    """(B, H, W) -> (lines, H, B): row i starts at line i * _SLOPE; what is left over is `rest`."""
    count, height, width = planes.shape
    skewed = np.full((width + _SLOPE * (height - 1), height, count), rest, planes.dtype)
    for row in range(height):
        skewed[_SLOPE * row : _SLOPE * row + width, row] = planes[:, row].T
    return skewed


def _straight(skewed: NDArray, width: int) -> NDArray:
    """Inverse of `_skewed`."""
    _, height, count = skewed.shape
    planes = np.empty((count, height, width), skewed.dtype)
    for row in range(height):
        planes[:, row] = skewed[_SLOPE * row : _SLOPE * row + width, row].T
    return planes
