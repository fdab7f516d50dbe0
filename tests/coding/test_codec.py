"""The coarse layer's code: what went in comes out, whatever follows, and garbage does no harm."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sshr.coding.codec import Codec
from sshr.coding.model import LIMIT, Subbands
from sshr.coding.tables import Tables

MakeTables = Callable[[int], Tables]
MakeLevels = Callable[..., Subbands]


def equal(one: Subbands, other: Subbands) -> bool:
    pairs = zip((one[0], *one[1]), (other[0], *other[1]), strict=True)
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)


def shape_of(subbands: Subbands) -> tuple[int, int]:
    height, width = subbands[0].shape[1:]
    return height, width


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(4, 20),
    width=st.integers(4, 20),
    levels=st.integers(1, 4),
    share=st.sampled_from([0.0, 0.003, 0.1, 1.0]),
    largest=st.sampled_from([1, 3, 15, 80, LIMIT - 1]),
    behind=st.lists(st.integers(0, 2**32 - 1), max_size=3),
)
def test_levels_come_back_whatever_follows(
    seed: int,
    height: int,
    width: int,
    levels: int,
    share: float,
    largest: int,
    behind: list[int],
    tables: MakeTables,
    levels_of: MakeLevels,
) -> None:
    if levels == 4:  # the largest tiles take the longest and are no other case
        height, width = min(height, 9), min(width, 9)
    codec = Codec(tables(levels))
    given_levels = levels_of(seed, height, width, levels, share, largest)
    words = codec.encode(given_levels)
    assert words.dtype == np.uint32
    assert equal(codec.decode(words, height, width), given_levels)
    followed = np.concatenate([words, np.array(behind, np.uint32)])
    assert equal(codec.decode(followed, height, width), given_levels)


@pytest.mark.parametrize("size", [(4, 4), (20, 20), (4, 20)])
def test_tiles_of_the_extreme_sizes(
    size: tuple[int, int], tables: MakeTables, levels_of: MakeLevels
) -> None:
    codec = Codec(tables(4))
    levels = levels_of(1, *size, 4, 0.02, 20)
    assert equal(codec.decode(codec.encode(levels), *size), levels)


def test_the_ends_of_the_range_next_to_each_other(tables: MakeTables) -> None:
    """The largest errors that the low band's prediction can make, and details of both signs."""
    sign = 1 - 2 * (np.indices((12, 9)).sum(0) % 2)
    far = ((LIMIT - 1) * sign).astype(np.int32)
    low = np.stack([far, -far, np.sign(np.arange(9) - 4) * np.abs(far)]).astype(np.int32)
    details = [np.broadcast_to(far, (3, 3, 12, 9)).copy()]
    codec = Codec(tables(1))
    assert equal(codec.decode(codec.encode((low, details)), 12, 9), (low, details))


@pytest.mark.parametrize("level", [LIMIT, -LIMIT, 3 * LIMIT])
@pytest.mark.parametrize("where", ["low", "details"])
def test_levels_beyond_the_range_are_refused(
    level: int, where: str, tables: MakeTables, levels_of: MakeLevels
) -> None:
    low, details = levels_of(1, 4, 4, 2)
    (low if where == "low" else details[1]).reshape(-1)[7] = level
    with pytest.raises(ValueError, match="too large"):
        Codec(tables(2)).encode((low, details))


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.sampled_from([0.0, 0.01, 0.3]),
    largest=st.sampled_from([2, 20, LIMIT - 1]),
)
def test_length_is_that_of_the_code(
    seed: int, share: float, largest: int, tables: MakeTables, levels_of: MakeLevels
) -> None:
    codec = Codec(tables(3))
    levels = levels_of(seed, 5, 7, 3, share, largest)
    real = 32 * len(codec.encode(levels))
    assert abs(codec.length(levels) - real) <= 0.01 * real + 64


def harmless(codec: Codec, words: np.ndarray, height: int, width: int) -> bool:
    """Whether `words` decode; anything but levels in range or a ValueError fails the test.

    constriction's panics are BaseExceptions: nothing but the ValueError is caught here.
    """
    try:
        low, details = codec.decode(words, height, width)
    except ValueError:
        return False
    assert low.shape == (3, height, width)
    for n, plane in enumerate(details):
        assert plane.shape == (3, 3, height << n, width << n)
    assert max(int(np.abs(plane).max()) for plane in (low, *details)) < LIMIT
    return True


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(0, 400),
    kind=st.sampled_from(["noise", "zeros", "ones", "noise then zeros", "noise then ones"]),
)
def test_garbage_decodes_to_levels_or_is_refused(
    seed: int, count: int, kind: str, tables: MakeTables
) -> None:
    words = np.random.default_rng(seed).integers(0, 2**32, count, dtype=np.uint32)
    start = count // 3 if "then" in kind else 0
    if kind != "noise":
        words[start:] = 0 if "zeros" in kind else 0xFFFFFFFF
    harmless(Codec(tables(2)), words, 5, 6)


def test_truncated_and_changed_codes_do_no_harm(tables: MakeTables, levels_of: MakeLevels) -> None:
    codec = Codec(tables(2))
    levels = levels_of(3, 5, 6, 2, 0.2, 40)
    words = codec.encode(levels)
    for kept in {0, 1, 2, *range(3, len(words), 9), len(words) - 1}:
        harmless(codec, words[:kept], 5, 6)
    refused = 0
    for place in range(0, len(words), 4):
        changed = words.copy()
        changed[place] ^= np.uint32(1 << (place % 32))
        refused += not harmless(codec, changed, 5, 6)
    assert refused > 0


def fixed_levels() -> Subbands:
    """Levels from a formula; two of them escape."""

    def plane(start: int, shape: tuple[int, ...]) -> np.ndarray:
        places = np.arange(start, start + int(np.prod(shape)), dtype=np.int64)
        mixed = (places * places * 31 + places * 17) % 101
        size = np.where(mixed > 93, mixed - 93, 0) * np.where(places % 3 == 1, -1, 1)
        return size.astype(np.int32).reshape(shape)

    low = np.add.outer(np.arange(3) * 40, np.add.outer(np.arange(5) * 7, np.arange(4) * -3))
    details = [plane(1, (3, 3, 5, 4)), plane(2, (3, 3, 10, 8))]
    low[1, 2, 3], details[1][2, 1, 4, 5] = 900, -300
    return low.astype(np.int32), details


def test_committed_words(tables: MakeTables) -> None:
    """A change here means that stegos of other versions and machines no longer reveal."""
    codec = Codec(tables(2))
    words = codec.encode(fixed_levels())
    assert words.astype("<u4").tobytes().hex() == WORDS
    assert equal(codec.decode(words, 5, 4), fixed_levels())


WORDS = (
    "880202809314be124599aa11d3114ab13ec359bfd197a8cb4c62296bbe79eaeca7ebdda08c48a1e1d70b44df"
    "c83f50d95419ebd53607f8cf2607b1e7e6d6086e2327d6663cbc9e3c280fab056879d594bf4dbf0440fdfb75"
    "00342d0950540100fa4dd14e00000000dea539044caa338d33f722cde169e6367b443cad69be6c85e46f2bd7"
    "610c000021c432af84c92d44be493d074cb557af02000000d02ddedb820c000055f17356dce22712066bb654"
    "5ff70348cdcf418bbef2453d62f9a709"
)
