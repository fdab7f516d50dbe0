"""Distributions of a sample's change, as integer tables on which both sides agree to the bit.

A sample changes by d with a probability proportional to exp(-lambda d^2), restricted to the levels
0..255: of all distributions with the same sum of expected squares this one carries the most bits.
`LEVELS` values of lambda, 64 an octave, are enough for any PSNR.
"""

from bisect import bisect_left
from decimal import Context, Decimal
from functools import lru_cache
from math import isqrt

import numpy as np
from numpy.typing import NDArray

LEVELS = 769
"""Level j means lambda = 16 * 2^(-j/64): from one change in ten million samples to sigma 11.3."""

PRECISION = 24
"""A table's frequencies sum to 2^24."""

_SCALE = 36
_LEAST = 1 << (_SCALE - 20)
# Correctly rounded by the decimal specification, which the platform's exp is not.
_DECIMAL = Context(prec=40)


@lru_cache(maxsize=LEVELS)
def weights(level: int) -> NDArray[np.int64]:
    """exp(-lambda d^2) for d = 0, 1, ... in units of 2^-36, without those under 2^-20.

    Raises:
        ValueError: no such level.
    """
    if not 0 <= level < LEVELS:
        raise ValueError(f"there is no noise level {level}")
    octaves = _DECIMAL.divide(Decimal(256 - level), Decimal(64))
    rate = _DECIMAL.exp(_DECIMAL.multiply(octaves, _DECIMAL.ln(Decimal(2))))
    found: list[int] = []
    while True:
        power = _DECIMAL.multiply(rate, Decimal(-(len(found) ** 2)))
        weight = _DECIMAL.multiply(_DECIMAL.exp(power), Decimal(1 << _SCALE))
        rounded = int(weight.to_integral_value())
        if rounded < _LEAST:
            return np.array(found, np.int64)
        found.append(rounded)


def reach(level: int) -> int:
    """The largest change of a level."""
    return len(weights(level)) - 1


@lru_cache(maxsize=LEVELS)
def louder(level: int, steps: int) -> int:
    """The quietest level whose mean square is this level's times 2^(steps / 4), or the loudest."""
    wanted = _mean_square(level) * power_of_two(2 * steps)
    return bisect_left(range(LEVELS - 1), wanted, level, key=lambda own: _mean_square(own) << 16)


def _mean_square(level: int) -> int:
    """Of a change, in units of 2^-40."""
    half = weights(level).tolist()
    squares = 2 * sum(weight * change**2 for change, weight in enumerate(half))
    return (squares << 40) // (2 * sum(half) - half[0])


def power_of_two(eighths: int) -> int:
    """2^(eighths/8) in units of 2^-16, rounded down: by the integer square root alone."""
    return isqrt(isqrt(isqrt(1 << (eighths + 128))))


def frequencies(level: int, down: int, up: int) -> NDArray[np.int64]:
    """Frequencies of the changes -down..up, each at least 1, of sum 2^24.

    Args:
        down, up: at most the level's reach.
    """
    half = weights(level)
    joined = np.concatenate([half[down:0:-1], half[: up + 1]])
    capacity = (1 << PRECISION) - len(joined)
    table: NDArray[np.int64] = 1 + joined * capacity // int(joined.sum())
    table[down] += (1 << PRECISION) - int(table.sum())
    return table
