"""Which samples of a picture hold the header's bits, where it does not lie at the picture's end: a
keyed draw, ordered by what surrounds a sample.

A lone change among equal neighbours is seen by whoever looks for it, and so is one at the end of
the scale. Both sides hold the reference, so they take the samples where a change shows last.
"""

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import keystream
from sshr.types import Rgb8

FIRST = 1 << 18
"""So many draws are ordered, or half of a smaller picture's samples; later ones are not."""

LIVELIEST = 4

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


def header_places(key: bytes, reference: Rgb8, count: int) -> NDArray[np.int64]:
    """Flat indices of the first `count` samples; fewer are always the beginning of more.

    The first draws (`FIRST`) in descending order of `liveliness`, equal ones as they were drawn.

    Raises:
        ValueError: more than half of the samples are asked for.
    """
    samples = reference.size
    first = min(samples // 2, FIRST)
    drawn = positions(key, samples, max(first, count))
    order = np.argsort(LIVELIEST - liveliness(reference, drawn[:first]), kind="stable")
    return np.concatenate([drawn[:first][order], drawn[first:]])[:count]


def liveliness(reference: Rgb8, places: NDArray[np.int64]) -> NDArray[np.uint8]:
    """How little a change by one level shows at these flat indices, 0 to `LIVELIEST`.

    The octave of the range of the eight samples around in the same channel, the picture's edge
    repeated: 0 below 2 levels, 1 below 4, 2 below 8, 3 below 16. Samples of 0 and 255 have 0.
    """
    height, width, channels = reference.shape
    row, rest = np.divmod(places, width * channels)
    column, channel = np.divmod(rest, channels)
    own = reference[row, column, channel]
    lowest, highest = np.full_like(own, 255), np.zeros_like(own)
    for down in (-1, 0, 1):
        near = np.clip(row + down, 0, height - 1)
        for right in (-1, 0, 1):
            if not down and not right:
                continue
            value = reference[near, np.clip(column + right, 0, width - 1), channel]
            np.minimum(lowest, value, out=lowest)
            np.maximum(highest, value, out=highest)
    octave = np.searchsorted([2, 4, 8, 16], highest - lowest, side="right").astype(np.uint8)
    octave[(own == 0) | (own == 255)] = 0
    return octave


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
