"""Permutations, signs and MACs of a session: exact, uniform, and bound to everything they name."""

import hashlib
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from sshr.crypto.keys import derive, keystream
from sshr.crypto.session import Session
from sshr.transports.analog.keyed_mix import tile_noise, tile_permutation, tile_signs

SESSION = Session.of(bytes(range(32)), bytes(range(16)), bytes(range(32, 64)))


def digest(array: np.ndarray) -> str:
    little = array.astype(array.dtype.newbyteorder("<"))
    return hashlib.sha256(little.tobytes()).hexdigest()


def test_committed_vectors() -> None:
    assert tile_permutation(SESSION, 0, [8]).tolist() == [6, 7, 3, 1, 4, 5, 2, 0]
    assert tile_permutation(SESSION, 0, [3, 0, 5]).tolist() == [1, 2, 0, 6, 7, 3, 4, 5]
    assert tile_signs(SESSION, 0, 8)[:3].tolist() == [
        [-1, -1, 1, -1, -1, 1, 1, 1],
        [-1, -1, -1, 1, -1, 1, -1, 1],
        [1, 1, -1, 1, -1, -1, -1, -1],
    ]
    assert (
        digest(tile_permutation(SESSION, 0, [12288]))
        == "cfff6eac133f102a4c0736afdf2a10b4b3a9d370ac33f1459eaaa464c3a843f2"
    )
    assert (
        digest(tile_permutation(SESSION, 7, [16, 1000, 0, 195592]))
        == "001b4deae513c68d7763e4e794bd8dfa17b48f440988da6b86bbd5bf59aadd13"
    )
    assert (
        digest(tile_signs(SESSION, 0, 12288))
        == "05b5797f872307a9a8de1c4446a1e1760ff18a255ae059a735bfb258a348f65a"
    )
    assert (
        digest(tile_signs(SESSION, 7, 196608))
        == "efbf0b2b802554a45e5df0c2f8215b1815f507d0dd0bd892e2280a4b8cf75e15"
    )


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 200), min_size=1, max_size=6))
def test_permutation_is_what_its_docstring_says(index: int, sizes: list[int]) -> None:
    count = sum(sizes)
    if not count:
        return
    key = derive(SESSION.key, b"mix/permutation" + index.to_bytes(4, "big"))
    stream = keystream(key, 8 * count)
    width = (count - 1).bit_length()
    words = [int.from_bytes(stream[8 * i : 8 * i + 8], "little") for i in range(count)]
    expected, start = [], 0
    for size in sizes:
        group = range(start, start + size)
        expected += sorted(group, key=lambda i: (words[i] >> width, i))
        assert sorted(expected[start:]) == list(group)
        start += size
    found = tile_permutation(SESSION, index, sizes)
    assert found.dtype == np.int64
    assert found.tolist() == expected


@given(st.integers(0, 2**32 - 1), st.integers(1, 500))
def test_signs_are_what_their_docstring_says(index: int, count: int) -> None:
    key = derive(SESSION.key, b"mix/signs" + index.to_bytes(4, "big"))
    stream = int.from_bytes(keystream(key, (9 * count + 7) // 8), "little")
    expected = [-1 if stream >> k & 1 else 1 for k in range(9 * count)]
    found = tile_signs(SESSION, index, count)
    assert found.dtype == np.int8
    assert found.shape == (9, count)
    assert found.ravel().tolist() == expected


@pytest.mark.parametrize("sizes", [[4], [7, 4, 5]], ids=["alone", "amid others"])
def test_permutations_of_few_elements_are_uniform(sizes: list[int]) -> None:
    start = 7 if len(sizes) > 1 else 0
    counts = dict.fromkeys(permutations(range(start, start + 4)), 0)
    for index in range(4800):
        counts[tuple(tile_permutation(SESSION, index, sizes).tolist()[start : start + 4])] += 1
    statistic = sum((count - 200) ** 2 / 200 for count in counts.values())
    assert statistic < chi2.isf(1e-10, 23)


def test_every_element_of_a_group_may_land_everywhere_in_it() -> None:
    landed = np.zeros((48, 48))
    for index in range(3200):
        landed[np.arange(48), tile_permutation(SESSION, index, [16, 32])] += 1
    assert not landed[:16, 16:].any()
    assert not landed[16:, :16].any()
    for part, expected in ((landed[:16, :16], 200), (landed[16:, 16:], 100)):
        freedom = (len(part) - 1) ** 2
        statistic = ((part - expected) ** 2 / expected).sum()
        assert chi2.isf(1 - 1e-10, freedom) < statistic < chi2.isf(1e-10, freedom)


def test_signs_are_balanced_and_independent() -> None:
    one, two, three, *_, last = tile_signs(SESSION, 3, 1 << 16).astype(np.int64)
    other = tile_signs(SESSION, 4, 1 << 16)[0].astype(np.int64)
    sums = [one, two, three, one * two, one * three, two * three, one * two * three]
    sums += [last, one * last, one * other, one[1:] * one[:-1]]
    assert all(abs(int(product.sum())) < 7 * (1 << 8) for product in sums)


def test_tiles_and_sessions_differ() -> None:
    salt, key = bytes(range(16)), bytes(range(32))
    reference = bytes(range(32, 64))
    sessions = [
        SESSION,
        Session.of(bytes(32), salt, reference),
        Session.of(key, b"", reference),
        Session.of(key, salt, bytes(32)),
    ]
    made = {digest(tile_permutation(s, i, [1000])) for s in sessions for i in (0, 1)}
    made |= {digest(tile_signs(s, i, 1000)) for s in sessions for i in (0, 1)}
    made |= {digest(tile_noise(s, i, 1000)) for s in sessions for i in (0, 1)}
    assert len(made) == 24


def test_impossible_tiles_are_refused() -> None:
    for impossible in (
        lambda: tile_permutation(SESSION, -1, [10]),
        lambda: tile_signs(SESSION, -1, 10),
        lambda: tile_noise(SESSION, -1, 10),
    ):
        with pytest.raises(ValueError, match="negative"):
            impossible()
    for sizes in ([], [0], [0, 0], [5, -1], [-1, 5], [1 << 32, 1]):
        with pytest.raises(ValueError, match="cannot permute"):
            tile_permutation(SESSION, 0, sizes)
    for vectors in (tile_signs, tile_noise):
        with pytest.raises(ValueError, match=r"-1|larger|negative"):
            vectors(SESSION, 0, -1)
