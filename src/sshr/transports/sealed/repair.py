"""Check bytes by which a receiver finds and undoes a few changed samples, wherever they are.

The samples are dealt out to `GROUPS` groups; sample i is number i // GROUPS of group i % GROUPS.
Over GF(2^8) a group has three sums: of its samples, of its samples times a^(number mod 255), and of
its samples times a^(number div 255). Reed-Solomon blocks over the groups protect each sum. One
changed sample changes its three sums by e, e a^j and e a^k, which says what to undo and where.
So a fixed number of bytes serves pictures of every size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from reedsolo import ReedSolomonError, RSCodec, init_tables

Samples = NDArray[np.uint8]

GROUPS = 4093
"""A prime, so that neighbours in any direction are in different groups."""

_BLOCKS = 17
_FIND, _FILL = 8, 4  # check bytes of the first sum, which finds 4 groups, and of the other two
_ORDER = 255
MOST_SAMPLES = GROUPS * _ORDER**2
CHECK_BYTES = _BLOCKS * (_FIND + 2 * _FILL)


def check_bytes(samples: Samples) -> bytes:
    """The `CHECK_BYTES` of flat samples, uint8, at most `MOST_SAMPLES`."""
    sums = _sums(samples)
    return b"".join(
        bytes(_codec(checks).encode(sums[kind, block::_BLOCKS].tobytes())[-checks:])
        for block, kind, checks in _parts()
    )


def repaired(samples: Samples, checks: bytes) -> Samples | None:
    """The samples as they were when the check bytes were made, or None where too many changed.

    More changes than can be undone may also end in other samples: the caller authenticates them.
    """
    sums, at = _sums(samples), 0
    stored = {}
    for block, kind, count in _parts():
        stored[block, kind] = checks[at : at + count]
        at += count
    result = samples.copy()
    for block in range(_BLOCKS):
        columns = sums[:, block::_BLOCKS]
        checked = [stored[block, kind] for kind in range(3)]
        try:
            changes = _changes(columns, checked)
        except (ReedSolomonError, ValueError):
            return None
        for change in changes:
            index = (block + _BLOCKS * change.column) + GROUPS * change.number
            if index >= len(samples):
                return None
            result[index] ^= change.difference
    return result


@dataclass(frozen=True)
class _Change:
    """One sample: its group within the block, its number in the group, old value xor new."""

    column: int
    number: int
    difference: int


def _changes(sums: NDArray[np.uint8], checked: list[bytes]) -> list[_Change]:
    """What has changed in a block.

    Raises:
        ReedSolomonError, ValueError: more than can be undone.
    """
    data = sums[0].tobytes()
    true, _, wrong = _codec(_FIND).decode(data + checked[0])
    columns = sorted(place for place in wrong if place < len(data))
    if not columns:
        return []
    found = [np.frombuffer(bytes(true), np.uint8) ^ sums[0]]
    for kind in (1, 2):
        stream = sums[kind].tobytes() + checked[kind]
        back = _codec(_FILL).decode(stream, erase_pos=columns, only_erasures=True)[0]
        found.append(np.frombuffer(bytes(back), np.uint8) ^ sums[kind])
    changes = []
    log = _tables()[0]
    for column in columns:
        differences = [int(each[column]) for each in found]
        if not all(differences):
            raise ValueError("two samples of one group have changed")
        base, *shifts = (int(log[each]) for each in differences)
        low, high = ((shift - base) % _ORDER for shift in shifts)
        changes.append(_Change(column, low + _ORDER * high, differences[0]))
    return changes


def _parts() -> Iterator[tuple[int, int, int]]:
    """Block, sum and number of check bytes, in the order of the format."""
    for block in range(_BLOCKS):
        yield from ((block, 0, _FIND), (block, 1, _FILL), (block, 2, _FILL))


def _sums(samples: Samples) -> NDArray[np.uint8]:
    """The three sums of every group: (3, GROUPS) uint8. Horner's scheme, last number first."""
    if len(samples) > MOST_SAMPLES:
        raise ValueError(f"{len(samples)} samples are too many")
    rows = np.zeros((-(-len(samples) // GROUPS), GROUPS), np.uint8)
    rows.reshape(-1)[: len(samples)] = samples
    times = _times()
    sums = np.zeros((3, GROUPS), np.uint8)
    for start in range((len(rows) - 1) // _ORDER * _ORDER, -1, -_ORDER):
        within, plain = np.zeros(GROUPS, np.uint8), np.zeros(GROUPS, np.uint8)
        for row in rows[start : start + _ORDER][::-1]:
            within = times[within] ^ row
            plain ^= row
        sums[0] ^= plain
        sums[1] ^= within  # a^255 = 1: every run of 255 rows begins with the same factor
        sums[2] = times[sums[2]] ^ plain
    return sums


@cache
def _tables() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Logarithms and powers of a in the field that `reedsolo` uses."""
    log, exp, _ = init_tables()
    return np.array(log, np.int64), np.array(exp, np.int64)


@cache
def _times() -> NDArray[np.uint8]:
    """Every byte times a."""
    log, exp = _tables()
    return np.concatenate([[0], exp[log[1:256] + 1]]).astype(np.uint8)


@lru_cache(maxsize=2)
def _codec(checks: int) -> RSCodec:
    return RSCodec(checks)
