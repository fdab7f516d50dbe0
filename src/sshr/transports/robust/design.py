"""Which two changes stand for 0 and 1 in each coefficient, chosen from the reference alone.

Both sides know what a lossy coder would make of a coefficient of the reference, so the two changes
are those that it confuses least for their power: often two that fall into different cells of its
quantiser. Tables and choices are whole numbers, so both sides agree to the bit.
"""

from dataclasses import dataclass
from functools import cache
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.blocks import ONE, SIDE, WEIGHTS, half_steps, luma, to_blocks
from sshr.types import Rgb8

UNIT = 1 << 12
"""Of the tables: one bit."""

REACH = 14
"""Levels of the largest change of a coefficient."""

ROUNDING = 0.45
"""Deviation of a coefficient by the rounding of samples, levels."""

LUMA_POWER = sum(weight**2 for weight in WEIGHTS) / ONE**2
"""|w|^2: a change of the luma by s costs s^2 / |w|^2 over R, G and B when it lies along w."""

LOW, ALL = 4, 8
"""Class 1 has the coefficients with both frequencies below LOW, class 2 others of u + v < ALL."""

_DARK, _BRIGHT, _CLIPPED = 5, 248, 0.06
_PHASES = 20
_LEVELS = 1 << 13
"""More than `half_steps` takes: a coefficient's largest size is 255 SIDE."""

LUMA50 = (
    *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
)


@dataclass(frozen=True)
class Aim:
    """What a class of coefficients is to survive.

    Attributes:
        qualities: JPEG qualities with their weights.
        variances: of Gaussian noise in a coefficient, levels squared, with their weights.
        times: weight of the class against the other.
    """

    qualities: tuple[tuple[int, int], ...]
    variances: tuple[tuple[float, int], ...]
    times: int = 2


@dataclass(frozen=True)
class Design:
    """The two changes of every coefficient, levels; equal where it carries nothing.

    Attributes:
        zero, one: (rows, columns, side, side) float32.
        classes: (rows, columns, side, side) uint8, 1 or 2 where a coefficient carries, else 0.
        deviation: of a coefficient by rounding and by what else lies in the picture, levels.
    """

    zero: NDArray[np.float32]
    one: NDArray[np.float32]
    classes: NDArray[np.uint8]
    deviation: float = ROUNDING

    @property
    def side(self) -> int:
        """Of the blocks, samples."""
        return self.zero.shape[-1]


def jpeg_table(quality: int, base: tuple[int, ...] = LUMA50) -> NDArray[np.int64]:
    """(8, 8) steps of the luma at a quality of 1..100, as libjpeg scales a table of quality 50,
    Annex K's or another."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    table = (np.array(base, np.int64).reshape(SIDE, SIDE) * scale + 50) // 100
    return table.clip(1, 255)


def design(
    aims: tuple[Aim, Aim], reference: Rgb8, psnr: float, deviation: float = ROUNDING
) -> Design:
    """The changes for a reference, (H, W, 3) uint8, whose power gives a stego of this PSNR in dB.

    The power is spent where it buys most information (one Lagrangian for all coefficients).

    Args:
        deviation: of a coefficient before a coder sees it, levels.
    """
    steps = half_steps(reference)
    free = ~clipped_blocks(reference).reshape(-1)
    low, high = pairs()
    cost = low**2 + high**2
    kinds = [(u, v, 1 if max(u, v) < LOW else 2) for u in range(ALL) for v in range(ALL - u)]
    first, worth, counts = int(steps.min(initial=0)), [], []
    # A row is a place of the DCT: blocks lie side by side.
    above = np.ascontiguousarray(steps.reshape(-1, SIDE * SIDE).T) - np.int16(first)
    for u, v, kind in kinds:
        counted = np.bincount(above[SIDE * u + v, free])
        found = np.flatnonzero(counted)
        counts.append(counted)
        worth.append(_worth(found + first, u, v, aims[kind - 1], deviation))
    price = _price(worth, [each[each > 0] for each in counts], cost, power_budget(psnr, len(free)))
    picks = np.zeros((SIDE * SIDE, _LEVELS), np.int16)  # by place and value
    for (u, v, _), counted, gain in zip(kinds, counts, worth, strict=True):
        picks[SIDE * u + v, np.flatnonzero(counted)] = _chosen(gain, cost, price)
    types = np.zeros((SIDE * SIDE, 1), np.uint8)
    for u, v, kind in kinds:
        types[SIDE * u + v] = kind

    def laid(values: NDArray) -> NDArray:
        """These values, by place of the DCT and value of its coefficients, where they belong."""
        found = np.stack([each.take(row) for each, row in zip(values, above, strict=True)])
        found[:, ~free] = 0
        return np.ascontiguousarray(found.T).reshape(steps.shape)

    zero, one = (laid(each.astype(np.float32)[picks]) for each in (low, high))
    return Design(zero, one, laid(np.where(picks > 0, types, np.uint8(0))), deviation)


@cache
def pairs() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The changes for 0 and for 1, levels; first comes the pair that changes nothing."""
    found = [(0, 0)]
    for low in range(-REACH, 1):
        found += [(low, high) for high in range(REACH + 1) if high - low >= 2]
    low, high = np.array(found, np.int64).T
    return low, high


@cache
def quantised(step: int, deviation: float = ROUNDING) -> NDArray[np.int64]:
    """Information that passes a quantiser: (2 step, pairs) in UNITs, by floor(2 c) mod 2 step.

    Args:
        deviation: of a coefficient before it is quantised, levels.
    """
    most = int((REACH + step) / step) + 2
    edges = (np.arange(-most, most + 2) - 0.5) * step
    values = np.arange(-2 * REACH, 2 * (step + REACH)) / 2 + 0.25  # of changed coefficients
    cells = np.diff(_normal((edges - values[:, None]) / deviation), axis=-1)
    phases = np.arange(2 * step)[:, None] + 2 * REACH
    chances = [cells[phases + 2 * change] for change in pairs()]
    both = (chances[0] + chances[1]) / 2
    told = np.zeros(both.shape[:2])
    for chance in chances:
        part = np.divide(chance, both, out=np.ones_like(both), where=chance > 0)
        told += (chance * np.log2(part)).sum(axis=-1) / 2
    return np.rint(told * UNIT).astype(np.int64).clip(0)


@cache
def noisy(variance: float) -> NDArray[np.int64]:
    """Information that passes Gaussian noise: (pairs,) in UNITs."""
    low, high = pairs()
    half = (high - low) / 2
    grid = np.linspace(-8, 8, 801)
    weight = np.exp(-(grid**2) / 2)
    weight /= weight.sum()
    told = 2 * half[:, None] * (half[:, None] + sqrt(variance) * grid) / variance
    lost = (np.logaddexp(0, -told) / np.log(2)) @ weight
    return np.rint((1 - lost) * UNIT).astype(np.int64).clip(0)


def _worth(
    values: NDArray[np.int64], u: int, v: int, aim: Aim, deviation: float
) -> NDArray[np.int64]:
    """Weighted information of every pair at these values of floor(2 c): (values, pairs)."""
    total = sum(weight * noisy(variance) for variance, weight in aim.variances)
    worth = np.repeat(np.asarray(total)[None], len(values), axis=0)
    for quality, weight in aim.qualities:
        step = int(jpeg_table(quality)[u, v])
        worth += weight * quantised(step, deviation)[values % (2 * step)]
    worth[:, 0] = 0
    return worth * aim.times


def _chosen(worth: NDArray[np.int64], cost: NDArray[np.int64], price: int) -> NDArray[np.int64]:
    return np.argmax(worth - price * cost, axis=1)


def _price(
    worth: list[NDArray[np.int64]],
    counts: list[NDArray[np.int64]],
    cost: NDArray[np.int64],
    budget: int,
) -> int:
    """The lowest price of power at which no more than the budget is spent."""
    low, high = 0, 1 << _PHASES
    while high - low > max(high >> 6, 1):
        price = (low + high) // 2
        spent = sum(
            int((cost[_chosen(each, cost, price)] * count).sum())
            for each, count in zip(worth, counts, strict=True)
        )
        low, high = (price, high) if spent > budget else (low, price)
    return high


def power_budget(psnr: float, blocks: int, side: int = SIDE) -> int:
    """Twice the sum of squares of all changes, levels of luma, rounding of the samples aside."""
    mean = max(255**2 / 10 ** (psnr / 10) - 1 / 12, 0.01)
    return int(2 * 3 * mean * LUMA_POWER * side**2 * blocks)


def clipped_blocks(reference: Rgb8, side: int = SIDE) -> NDArray[np.bool_]:
    """(rows, columns) of blocks that black or white would cut changes off in."""
    level = luma(reference)
    at_end = (level > ONE * _BRIGHT) | (level < ONE * _DARK)
    found = to_blocks(at_end, side)
    if not at_end.any():  # as in most photographs
        return np.zeros(found.shape[:2], bool)
    return found.mean(axis=(2, 3)) > _CLIPPED


def _normal(at: NDArray[np.float64]) -> NDArray[np.float64]:
    found = [(1 + erf(value / sqrt(2))) / 2 for value in np.round(at, 9).ravel()]
    return np.array(found).reshape(at.shape)
