"""Whether a picture has been a JPEG on the reference's grid, and what its cells tell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.blocks import SIDE, thinned
from sshr.transports.robust.design import ALL, LUMA50, ROUNDING, Design, jpeg_table
from sshr.transports.robust.rounding import Cells, likeliest, places_of

QUALITIES = range(25, 99)
_SURE = 0.3
_SPARSE, _HOPELESS = 8, 0.5
"""From one block to the next of a first look, and what nobody who fits misses there."""

MOZJPEG = (
    *(16, 16, 16, 18, 25, 37, 56, 85, 16, 17, 20, 27, 34, 40, 53, 75),
    *(16, 20, 24, 31, 43, 62, 91, 135, 18, 27, 31, 40, 53, 74, 106, 156),
    *(25, 34, 43, 53, 69, 94, 131, 189, 37, 40, 62, 74, 94, 124, 169, 238),
    *(56, 53, 91, 106, 131, 169, 226, 311, 85, 75, 135, 156, 189, 238, 311, 418),
)
"""Steps of the luma at quality 50 in mozjpeg, by N. Robidoux."""

_TABLES = ((LUMA50, ""), (MOZJPEG, " (mozjpeg's table)"))

_STEPS = range(3, 121)
_LIVELY, _FIT, _NEAR, _FEW, _AGREE = 24, 0.25, 0.8, 8, 0.7
"""Of a table that may be anyone's: blocks from which a step is told, share of what chance would
miss that it may miss, of a step how far its neighbours go, steps that must be told, and share of
them that a usual table has too."""

_LEFT = 0.6
"""Of a coefficient's power, where a coder keeps it."""

_BAND = 64
"""Rows of blocks that are looked at together."""


@dataclass(frozen=True)
class Grid:
    """The quantiser of a coder's luma.

    Attributes:
        steps: (8, 8), levels; 0 where nothing shows them.
        words: what is said of it.
    """

    steps: NDArray[np.int64]
    words: str


def find_grid(found: NDArray[np.floating]) -> Grid | None:
    """The steps on which a picture's luma coefficients (rows, columns, 8, 8) lie, if they do.

    Of the usual tables that fit about as well as the best, the one with the largest steps: finer
    lattices hold the points of coarser ones. Where none fits, each coefficient shows its own.
    """
    blocks = found.reshape(-1, SIDE, SIDE)
    sample = np.asarray(blocks[:: max(len(blocks) // 4096, 1)], np.float32)
    fits = [
        (score, quality, base, words)
        for base, words in _TABLES
        for score, quality in _fits(sample, base)
    ]
    best = min(fits, key=lambda fit: fit[0], default=None)
    if best is not None and best[0] < _SURE * 0.5:
        return _named(*best[1:])
    steps = _own_steps(sample)
    told = steps > 0
    if np.count_nonzero(told) < _FEW:
        return None
    # Few of a smooth picture's coefficients are lively enough for all to be looked at together.
    agree, quality, base, words = max(
        (float((jpeg_table(quality, base) == steps)[told].mean()), quality, base, words)
        for base, words in _TABLES
        for quality in QUALITIES
    )
    if agree >= _AGREE:
        return _named(quality, base, words)
    return Grid(steps, "JPEG with a table of its own")


def _named(quality: int, base: tuple[int, ...], words: str) -> Grid:
    return Grid(jpeg_table(quality, base), f"JPEG of about quality {quality}{words}")


def _fits(sample: NDArray[np.float32], base: tuple[int, ...]) -> list[tuple[float, int]]:
    """How badly each quality of a table fits, where that can be told and is not hopeless."""
    low = [(u, v) for u in range(ALL) for v in range(ALL - u) if u + v]
    rows, columns = np.array(low).T
    values, told = sample[:, rows, columns], []
    few = values[::_SPARSE]
    for quality in QUALITIES:
        step = jpeg_table(quality, base)[rows, columns].astype(np.float32)
        usable = step >= 3  # finer ones fit anything that is rounded
        if usable.sum() < 4:
            continue
        rough = _excess(few[:, usable], step[usable])
        if rough is not None and rough > _HOPELESS:
            continue
        excess = _excess(values[:, usable], step[usable])
        if excess is not None:
            told.append((excess - 0.002 * (98 - quality) / 73, quality))
    return told


def _excess(values: NDArray[np.float32], step: NDArray[np.float32]) -> float | None:
    """By how much values miss these steps, 1 by chance, or None where few are large enough."""
    part = values / step
    away = np.abs(part - np.rint(part))
    lively = np.abs(part) > 0.5
    if lively.sum() < 50:
        return None
    expected = np.minimum(np.float32(0.8 * ROUNDING) / step, 0.25)
    return float((away - expected)[lively].mean(dtype=np.float64) / 0.25)


def _own_steps(sample: NDArray[np.float32]) -> NDArray[np.int64]:
    """(8, 8): of each coefficient the step that its values show, 0 where they are few."""
    found = np.zeros((SIDE, SIDE), np.int64)
    for u in range(ALL):
        for v in range(ALL - u):
            missed = _missed(np.sort(np.abs(sample[:, u, v]))[::-1])
            # Parts of a step fit as well, and so do its neighbours, nearly.
            near = [step for step in missed if step > _NEAR * max(missed)]
            found[u, v] = min(near, key=lambda step: missed[step], default=0)
        if not found.any():  # as in a picture that was no JPEG
            return found
    return found


def _missed(sizes: NDArray[np.float32]) -> dict[int, float]:
    """By how much sizes, the largest first, miss the steps that fit: 0 not at all, 1 by chance."""
    found = {}
    for step in _STEPS:
        count = int(np.searchsorted(-sizes, -step / 2))
        if count < _LIVELY:
            break
        part = sizes[:count] / np.float32(step)
        expected = min(0.8 * ROUNDING / step, 0.2)
        share = (float(np.abs(part - np.rint(part)).mean()) - expected) / (0.25 - expected)
        if share < _FIT:
            found[step] = share
    return found


def cell_ratios(
    found: NDArray[np.floating],
    own: NDArray[np.floating],
    plan: Design,
    steps: NDArray[np.int64],
) -> NDArray[np.float32] | None:
    """Logarithms of P(seen | 0) / P(seen | 1) for every coefficient of a JPEG, or None where what
    is seen is unlikely with either: then it is none of these steps and reference.

    Args:
        found, own: luma coefficients of what was received and of the reference, as a coder sees
            them.
        steps: of `Grid`.
    """
    ratios = np.zeros(plan.classes.shape, np.float32)
    some = slice(None, None, thinned(found.shape[0], found.shape[1]))
    coder = likeliest(_cells(found, own, plan, steps, some), plan.deviation)
    if coder is None:
        return None
    for band in (slice(at, at + _BAND) for at in range(0, len(ratios), _BAND)):
        zero, one = coder.chances(_cells(found, own, plan, steps, band))
        used = places_of(plan.classes[band], steps)
        ratios[band].reshape(-1)[used] = np.log(zero) - np.log(one)
    return ratios


def kept(found: NDArray[np.floating], own: NDArray[np.floating]) -> NDArray[np.bool_]:
    """(8, 8): which coefficients of the reference's blocks a coder has left, mostly."""
    some = slice(None, None, thinned(found.shape[0], found.shape[1]))
    left, power = (np.square(each[some]).mean(axis=(0, 1)) for each in (found, own))
    return left > _LEFT * power


def _cells(
    found: NDArray[np.floating],
    own: NDArray[np.floating],
    plan: Design,
    steps: NDArray[np.int64],
    rows: slice,
) -> Cells:
    part = Design(plan.zero[rows], plan.one[rows], plan.classes[rows], plan.deviation)
    return Cells.of(found[rows], own[rows], part, steps)
