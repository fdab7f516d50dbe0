"""Bits in the parities of keyed groups of samples.

A group's bit is the exclusive or of the lowest bits of its m samples. A wrong bit is put right by
moving one sample by one level, the one that costs least against the unrounded image: on uniform
rounding errors a bit costs 0.5/(m+1) of squared error on average, against 1/4 for m = 1.
"""

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import keystream

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


def positions(key: bytes, samples: int, count: int) -> NDArray[np.int64]:
    """The first `count` of an endless keyed draw of distinct indices below `samples`.

    The keystream's little-endian u64 words x give (x * samples) >> 64; an index drawn before is
    skipped. Fewer positions are therefore always the beginning of more.

    Raises:
        ValueError: more than half of the samples are asked for, or an image of 2^32 or more.
    """
    if not 0 <= count <= samples // 2 or samples > int(_LOW):
        raise ValueError(f"cannot draw {count} positions from {samples} samples")
    # At least the expected number of draws, with room for six deviations; rarely a second round.
    draws = count + count * count // max(samples, 1) + 64
    while True:
        found = _first_occurrences(_scaled(keystream(key, 8 * draws), samples))
        if len(found) >= count:
            return found[:count].astype(np.int64)
        draws *= 2


def _scaled(stream: bytes, samples: int) -> NDArray[np.uint64]:
    """(x * samples) >> 64 for the u64 words x: a 96-bit product from 32-bit halves."""
    words = np.frombuffer(stream, "<u8").astype(np.uint64)
    factor = np.uint64(samples)
    carry = ((words & _LOW) * factor) >> _HALF
    words >>= _HALF
    words *= factor
    words += carry
    words >>= _HALF
    return words


def _first_occurrences(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The values without repetitions, in the order of their first occurrence."""
    ordered = (values << _HALF) | np.arange(len(values), dtype=np.uint64)
    ordered.sort()
    first = np.ones(len(values), bool)
    first[1:] = (ordered[1:] >> _HALF) != (ordered[:-1] >> _HALF)
    return values[np.sort(ordered[first] & _LOW)]


def read_parities(samples: NDArray[np.uint8], groups: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Bits (n,), 0 or 1, of the groups (n, m): indices into the flat samples."""
    low = samples[groups] & np.uint8(1)
    return np.bitwise_xor.reduce(low, axis=1)


def write_parities(
    unrounded: NDArray[np.floating],
    rounded: NDArray[np.uint8],
    groups: NDArray[np.int64],
    bits: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """A copy of `rounded` in which every group has its bit, at the least squared error.

    Args:
        unrounded: flat samples in levels of 0..255; may lie outside.
        rounded: the same samples, rounded into 0..255.
        groups: (n, m) indices into the samples, all distinct.
        bits: (n,) 0 or 1.

    Returns:
        Flat uint8 samples: at most one of each group differs from `rounded`, by one level.
    """
    changed = rounded.copy()
    wrong = groups[read_parities(rounded, groups) != bits]
    level = rounded[wrong].astype(np.float64)
    error = level - unrounded[wrong].astype(np.float64)
    # (error + d)^2 - error^2 = 1 + 2 d error for a step d, which must stay inside 0..255.
    up = np.where(level < 255, 1 + 2 * error, np.inf)
    down = np.where(level > 0, 1 - 2 * error, np.inf)
    rows = np.arange(len(wrong))
    chosen = np.minimum(up, down).argmin(axis=1)
    step = np.where(up[rows, chosen] <= down[rows, chosen], 1, -1)
    changed[wrong[rows, chosen]] = (level[rows, chosen] + step).astype(np.uint8)
    return changed


def round_samples(unrounded: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Nearest 8-bit levels (ties to even) of samples in levels of 0..255, clipped.

    Raises:
        ValueError: a sample is not finite.
    """
    nearest = np.rint(unrounded)
    if not np.isfinite(nearest).all():
        raise ValueError("the image holds samples that are not finite")
    return np.clip(nearest, 0, 255, out=nearest).astype(np.uint8)
