"""From a rough place on the reference to one within hundredths of a pixel.

Scale and shift of either axis are fitted by least squares (Gauss-Newton), together with gain and
offset of the brightness, on finer and finer copies of both pictures.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.searching import THUMB, Guess, contrast, resized

Floats = NDArray[np.float32]
Pair = tuple[float, float]

_FINEST = 1024
"""Pixels of a side, in the mean of both."""

_ROUNDS = 12
_STILL = 2e-3
"""Pixels of a step that ends a level."""

_MARGIN = 0.08
_RIM = 2
_LEAST = 12


def aligned(
    guess: Guess, seen: Floats, own: Floats, coarsest: int = THUMB, finest: int = _FINEST
) -> Guess | None:
    """The place near a rough one at which both pictures agree best, or None where there is none.

    Args:
        seen: (h, w) luma as it was received.
        own: (H, W) luma of the reference.
        coarsest, finest: pixels of a side of the first copies of the reference, and of the last.

    Returns:
        Its score is the correlation of both pictures' contrast, on the copies where it is highest:
        the finest ones may differ by what a resizer took away.
    """
    upright = guess.turn.upright(seen)
    spans = [
        _around(-start / scale, (side - start) / scale, most)
        for scale, start, side, most in zip(
            guess.scale, guess.start, own.shape, upright.shape, strict=True
        )
    ]
    part = np.ascontiguousarray(upright[spans[0], spans[1]])
    if min(part.shape) < _LEAST:
        return None
    found: Guess | None = _moved(replace(guess, score=0), spans, 1)
    whole = (own.shape[0] * own.shape[1]) ** 0.5
    side = float(coarsest)
    while found is not None:
        side = min(side, finest, whole)
        found = _level(found, part, own, side / whole)
        if side >= min(finest, whole):
            break
        side *= 2
    return None if found is None else _moved(found, spans, -1)


def _around(first: float, end: float, most: int) -> slice:
    """Of the received picture, what shows the reference, and a little more."""
    more = _MARGIN * (end - first)
    return slice(max(int(first - more), 0), min(max(int(end + more) + 1, 0), most))


def _moved(guess: Guess, spans: list[slice], sign: int) -> Guess:
    """The guess for the part of the received picture, or back for all of it."""
    start = tuple(
        begins + sign * scale * span.start
        for begins, scale, span in zip(guess.start, guess.scale, spans, strict=True)
    )
    return replace(guess, start=start)


def _level(guess: Guess, upright: Floats, own: Floats, factor: float) -> Guess | None:
    """`aligned` on copies of the reference by this factor, and of what was received alike."""
    shared = resized(own, tuple(max(round(side * factor), 8) for side in own.shape))
    size = [side * one * factor for side, one in zip(upright.shape, guess.scale, strict=True)]
    mine = resized(upright, tuple(max(round(side), 8) for side in size))
    unit = [whole / part for whole, part in zip(own.shape, shared.shape, strict=True)]
    grain = [part / whole for part, whole in zip(mine.shape, upright.shape, strict=True)]
    # Of positions in the small reference: place = slope * position + shift in the small received.
    slope = [one * fine / scale for one, fine, scale in zip(unit, grain, guess.scale, strict=True)]
    shift = [
        -start * fine / scale
        for start, fine, scale in zip(guess.start, grain, guess.scale, strict=True)
    ]
    for _ in range(_ROUNDS):
        step = _step(mine, shared, slope, shift)
        if step is None:
            return None
        slope, shift, moved = step
        if moved < _STILL:
            break
    warped, rows, columns = _warped(mine, shared.shape, slope, shift)
    if min(warped.shape) < _LEAST:
        return None
    score = _likeness(warped, shared[rows, columns])
    scale = tuple(one * fine / by for one, fine, by in zip(unit, grain, slope, strict=True))
    start = tuple(-by * one / fine for by, one, fine in zip(shift, scale, grain, strict=True))
    return replace(guess, scale=scale, start=start, score=max(score, guess.score))


def _step(
    mine: Floats, shared: Floats, slope: list[float], shift: list[float]
) -> tuple[list[float], list[float], float] | None:
    """One round: the new slope and shift, and by how much the picture's rim moved at most."""
    warped, rows, columns = _warped(mine, shared.shape, slope, shift)
    if min(warped.shape) < _LEAST:
        return None
    wanted = shared[rows, columns]
    mean = (warped + wanted) / 2
    down, across = np.gradient(mean)
    inner = slice(_RIM, -_RIM), slice(_RIM, -_RIM)
    middle = [side / 2 for side in shared.shape]
    y = np.arange(rows.start, rows.stop)[:, None] + 0.5 - middle[0]
    x = np.arange(columns.start, columns.stop) + 0.5 - middle[1]
    terms = [down, down * y, across, across * x, warped, np.ones_like(warped)]
    system = np.stack([term[inner].ravel() for term in terms], axis=1).astype(np.float64)
    error = (wanted - warped)[inner].ravel().astype(np.float64)
    spread = 3 * np.median(np.abs(error)) + 0.5
    weight = 1 / (1 + np.square(error / spread))
    weighted = system * weight[:, None]
    square = weighted.T @ system
    square += np.eye(len(terms)) * 1e-6 * np.trace(square) / len(terms)
    found = np.linalg.solve(square, weighted.T @ error)
    slopes, shifts, moved = [], [], 0.0
    for axis in (0, 1):
        by, more = found[2 * axis], found[2 * axis + 1]
        most = abs(by) + abs(more) * middle[axis]
        if most > 4:  # what is far off is no step of a descent
            by, more = by * 4 / most, more * 4 / most
        moved = max(moved, min(most, 4.0))
        slopes.append(slope[axis] + more)
        shifts.append(shift[axis] + by - more * middle[axis])
    if min(slopes) < 0.8 or max(slopes) > 1.25:
        return None
    return slopes, shifts, moved


def _warped(
    mine: Floats, shape: tuple[int, ...], slope: list[float], shift: list[float]
) -> tuple[Floats, slice, slice]:
    """The received picture on the reference's grid (bicubic), and what of it is in sight."""
    spans = []
    for axis in (0, 1):
        at = slope[axis] * (np.arange(shape[axis]) + 0.5) + shift[axis] - 0.5
        inside = np.flatnonzero((at >= 1) & (at < mine.shape[axis] - 2))
        low, high = (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, 0)
        spans.append(slice(low, high))
        at = at[low:high]
        base = np.floor(at).astype(np.int64)
        part = (at - base).astype(np.float32)
        shown = [1, 1]
        shown[axis] = -1
        taps = (weight.reshape(shown) for weight in _bicubic(part))
        terms = zip((-1, 0, 1, 2), taps, strict=True)
        mine = sum(weight * np.take(mine, base + offset, axis) for offset, weight in terms)
    return mine, spans[0], spans[1]


def _bicubic(part: NDArray) -> tuple[NDArray, ...]:
    """Weights of the samples at -1, 0, 1 and 2 for a position between 0 and 1."""
    square, cube = part**2, part**3
    return (
        (2 * square - cube - part) / 2,
        (3 * cube - 5 * square + 2) / 2,
        (4 * square - 3 * cube + part) / 2,
        (cube - square) / 2,
    )


def _likeness(one: Floats, other: Floats) -> float:
    """Correlation of contrast."""
    first, second = contrast(one), contrast(other)
    power = float(np.square(first).sum() * np.square(second).sum())
    return float((first * second).sum()) / max(power, 1e-9) ** 0.5
