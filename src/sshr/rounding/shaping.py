"""Rounding with error diffusion, sample by sample in the order of rows, many samples at a time.

A sample depends on earlier ones of its own row and of REACH rows above, up to REACH columns further
right. So all samples on a line of slope 1 / (REACH + 1) can be rounded at once, in all tiles of one
shape and all colours: a wavefront. Far from the edges all errors weigh alike, so what a line's
samples are owed is a product of the kernel and the errors of 24 lines before; samples at an edge,
whose kernels differ, hand on the difference.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from sshr.rounding.kernels import REACH, Kernels, column_kinds, row_kinds

Floats = NDArray[np.float32]
FREE, PAIR, HALF, PIXEL = -1, 2, 3, 4
"""In `Planes.asked`, see there."""

_SLOPE = REACH + 1
_BACK = REACH * _SLOPE + REACH  # lines that a sample looks back
_LINES = 128  # that are kept before the oldest are forgotten
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


def round_shaped(planes: Planes, kernels: Kernels) -> NDArray[np.uint8]:
    """Rounded planes, (B, H, W)."""
    count, height, width = planes.exact.shape
    # Samples of all planes at one place lie side by side, and a line is a slice of a slanted view.
    levels = np.empty((height, width, count), np.uint8)
    exact, strength = _slanted(planes.exact), _slanted(planes.strength)
    rounded = _lines_of(levels)
    asked, first_asked = None, len(exact)
    if planes.asked is not None:
        asked = _slanted(planes.asked)
        rows = np.flatnonzero((planes.asked != FREE).any(axis=(0, 2)))
        first_asked = _SLOPE * int(rows[0]) if len(rows) else first_asked
    owed = _Owed(height, width, count, kernels)
    for line in range(len(exact)):
        first = max(0, -(-(line - width + 1) // _SLOPE))
        last = min(height - 1, line // _SLOPE) + 1
        if first >= last:
            continue
        weight = strength[line, first:last]
        wanted = owed.to(line, first, last)
        wanted *= weight
        wanted += exact[line, first:last]
        chosen = np.rint(wanted)
        np.maximum(np.minimum(chosen, 255, out=chosen), 0, out=chosen)  # np.clip takes longer
        if asked is not None and line >= first_asked:
            chosen = as_asked(chosen, wanted, asked[line, first:last])
        rounded[line, first:last] = chosen
        chosen -= wanted
        chosen /= weight
        np.maximum(np.minimum(chosen, _LARGEST, out=chosen), -_LARGEST, out=chosen)
        owed.hand_on(line, first, last, chosen)
    return levels.transpose(2, 0, 1)


class _Owed:
    """The errors of the lines before, and what they ask of a line's samples, (rows, B)."""

    def __init__(self, height: int, width: int, count: int, kernels: Kernels) -> None:
        self._count = count
        # As a sample sees it: by row above, then from the earliest line that bears on it.
        usual = kernels[REACH, REACH]
        self._taps = np.ascontiguousarray(usual[:, ::-1])
        self._own = np.ascontiguousarray(usual[0, :REACH:-1])
        self._edges = _at_edges(height, width, (kernels - usual)[..., None])
        # Of the last lines; REACH rows stand above the first one, and are never in error, and as
        # many below the last one, where nobody asks what is owed.
        self._errors = np.zeros((_BACK + _LINES, (height + REACH) * count), np.float32)
        self._extra = np.zeros((_BACK + _LINES, height + REACH, count), np.float32)
        self._around = _neighbours(self._extra)
        self._start = -_BACK

    def to(self, line: int, first: int, last: int) -> Floats:
        """What the samples of these rows on a line are owed."""
        if line - self._start == len(self._errors) - _BACK:
            self._forget()
        now, count = line - self._start, self._count
        found = self._extra[now, first:last].copy()
        flat = found.reshape(-1)
        own = slice((first + REACH) * count, (last + REACH) * count)
        flat += self._own @ self._errors[now - REACH : now, own]
        for dy in range(1, REACH + 1):
            middle, part = now - _SLOPE * dy, slice(own.start - dy * count, own.stop - dy * count)
            flat += self._taps[dy] @ self._errors[middle - REACH : middle + REACH + 1, part]
        return found

    def hand_on(self, line: int, first: int, last: int, error: Floats) -> None:
        """Keep the errors of a line; those at an edge answer for their other kernels."""
        now, count = line - self._start, self._count
        kept = slice((first + REACH) * count, (last + REACH) * count)
        self._errors[now, kept] = error.reshape(-1)
        for row, other in self._edges[line]:
            around = self._around[now - REACH, row]
            around += other * error[row - first]

    def _forget(self) -> None:
        """All lines but the last, and what those after them are owed."""
        gone = len(self._errors) - 2 * _BACK
        for kept in (self._errors, self._extra):
            kept[: 2 * _BACK] = kept[gone:].copy()
            kept[2 * _BACK :] = 0
        self._start += gone


def _at_edges(height: int, width: int, others: Floats) -> list[list[tuple[int, Floats]]]:
    """By line: the rows whose sample on it is so close to an edge that its kernel is another, in
    order, and what that kernel has beyond the usual one: (REACH + 1, 2 REACH + 1, 1)."""
    found: list[list[tuple[int, Floats]]] = [[] for _ in range(width + _SLOPE * (height - 1))]
    rows, columns = row_kinds(height).tolist(), column_kinds(width).tolist()
    sides = [at for at in range(width) if at < REACH or at >= width - REACH]
    for row, kind in enumerate(rows):
        for column in sides if row < height - REACH else range(width):
            found[_SLOPE * row + column].append((row, others[kind, columns[column]]))
    return found


def _neighbours(lines: Floats) -> Floats:
    """The view (line - REACH, row, dy, dx + REACH, B) of (line, row, B): where the samples stand
    that come dy rows after one, 0 to REACH, and dx columns, -REACH to REACH."""
    count, rows, planes = lines.shape
    along, down, item = lines.strides
    reach = REACH * _SLOPE + 2 * REACH
    shape = (count - reach, rows - REACH, REACH + 1, 2 * REACH + 1, planes)
    return as_strided(lines, shape, (along, down, _SLOPE * along + down, along, item))


def as_asked(chosen: Floats, wanted: Floats, asked: NDArray[np.int8]) -> Floats:
    """`chosen` (n, B), but where something is asked for the nearest levels that are so.

    The middle of two values, k + 1/2, stands for both.
    """
    single, found = chosen, set(np.flatnonzero(np.bincount((asked - FREE).ravel())) + FREE)
    if found & {0, 1}:
        single = np.where((asked == 0) | (asked == 1), _nearest_with(asked, wanted), single)
    if PAIR in found:
        even = 2 * np.clip(np.rint((wanted - 0.5) / 2), 0, 127)
        single = np.where(asked == PAIR, even + 0.5, single)
    if HALF in found:
        single = np.where(asked == HALF, np.clip(np.rint(wanted - 0.5), 0, 254) + 0.5, single)
    if not found & {PIXEL, PIXEL + 1}:
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


def _slanted(planes: NDArray) -> NDArray:
    """Lines of (B, H, W): a view (lines, H, B) of a copy, in which row i starts at line
    i * _SLOPE."""
    return _lines_of(np.ascontiguousarray(planes.transpose(1, 2, 0)))


def _lines_of(samples: NDArray) -> NDArray:
    """The view of (H, W, B); entries before a row's start and after its end are other rows'."""
    height, width, count = samples.shape
    item = samples.itemsize
    strides = (count * item, (width - _SLOPE) * count * item, item)
    lines = width + _SLOPE * (height - 1)
    return as_strided(samples, (lines, height, count), strides, writeable=samples.flags.writeable)
