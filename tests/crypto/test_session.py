"""Permutations, signs and MACs of a session: exact, uniform, and bound to everything they name."""

import hashlib
import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshr.crypto.keys import derive, keystream
from sshr.crypto.session import Session

SESSION = Session.of(bytes(range(32)), bytes(range(16)), bytes(range(32, 64)))


def digest(array: np.ndarray) -> str:
    little = array.astype(array.dtype.newbyteorder("<"))
    return hashlib.sha256(little.tobytes()).hexdigest()


def test_committed_vectors() -> None:
    assert SESSION.tile_permutation(0, 8).tolist() == [6, 7, 3, 1, 4, 5, 2, 0]
    assert SESSION.tile_signs(0, 8).tolist() == [
        [-1, -1, 1, -1, -1, 1, 1, 1],
        [-1, -1, -1, 1, -1, 1, -1, 1],
    ]
    assert (
        digest(SESSION.tile_permutation(0, 12288))
        == "cfff6eac133f102a4c0736afdf2a10b4b3a9d370ac33f1459eaaa464c3a843f2"
    )
    assert (
        digest(SESSION.tile_permutation(7, 196608))
        == "45f1a0430bf1cca00a28f7c5085d172563ffa99e7a29369f55c0849baa0dafa7"
    )
    assert (
        digest(SESSION.tile_signs(0, 12288))
        == "741d1936b634b818061b0c1cba3e5824c0e150bf41662ac80da4823108207520"
    )
    assert (
        digest(SESSION.tile_signs(7, 196608))
        == "2d6ae6f66429b3b01ff12bf6ca830309c5b1bc2384e8f0aa718b8029e20ce4e6"
    )


@given(st.integers(0, 2**32 - 1), st.integers(1, 700))
def test_permutation_is_what_its_docstring_says(index: int, count: int) -> None:
    key = derive(SESSION.key, b"mix/permutation" + index.to_bytes(4, "big"))
    stream = keystream(key, 8 * count)
    width = (count - 1).bit_length()
    words = [int.from_bytes(stream[8 * i : 8 * i + 8], "little") for i in range(count)]
    expected = [i for _, i in sorted((word >> width, i) for i, word in enumerate(words))]
    found = SESSION.tile_permutation(index, count)
    assert found.dtype == np.int64
    assert found.tolist() == expected
    assert sorted(expected) == list(range(count))


@given(st.integers(0, 2**32 - 1), st.integers(1, 700))
def test_signs_are_what_their_docstring_says(index: int, count: int) -> None:
    key = derive(SESSION.key, b"mix/signs" + index.to_bytes(4, "big"))
    stream = int.from_bytes(keystream(key, (2 * count + 7) // 8), "little")
    expected = [-1 if stream >> k & 1 else 1 for k in range(2 * count)]
    found = SESSION.tile_signs(index, count)
    assert found.dtype == np.int8
    assert found.shape == (2, count)
    assert found.ravel().tolist() == expected


def test_permutations_of_few_elements_are_uniform() -> None:
    counts = dict.fromkeys(permutations(range(4)), 0)
    for index in range(4800):
        counts[tuple(SESSION.tile_permutation(index, 4).tolist())] += 1
    statistic = sum((count - 200) ** 2 / 200 for count in counts.values())
    assert statistic < 54  # chi-square with 23 degrees of freedom: p = 3e-4


def test_every_element_may_land_everywhere() -> None:
    landed = np.zeros((32, 32))
    for index in range(3200):
        landed[np.arange(32), SESSION.tile_permutation(index, 32)] += 1
    statistic = ((landed - 100) ** 2 / 100).sum()
    assert abs(statistic - 31 * 31) < 5 * math.sqrt(2 * 31 * 31)


def test_signs_are_balanced_and_independent() -> None:
    first, second = SESSION.tile_signs(3, 1 << 16).astype(np.int64)
    other, _ = SESSION.tile_signs(4, 1 << 16).astype(np.int64)
    sums = [first, second, first * second, first * other, first[1:] * first[:-1]]
    assert all(abs(int(product.sum())) < 4.5 * (1 << 8) for product in sums)


def test_tiles_and_sessions_differ() -> None:
    salt, key = bytes(range(16)), bytes(range(32))
    reference = bytes(range(32, 64))
    sessions = [
        SESSION,
        Session.of(bytes(32), salt, reference),
        Session.of(key, b"", reference),
        Session.of(key, salt, bytes(32)),
    ]
    made = {digest(s.tile_permutation(i, 1000)) for s in sessions for i in (0, 1)}
    made |= {digest(s.tile_signs(i, 1000)) for s in sessions for i in (0, 1)}
    assert len(made) == 16


def test_impossible_tiles_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        SESSION.tile_permutation(-1, 10)
    with pytest.raises(ValueError, match="cannot permute"):
        SESSION.tile_permutation(0, 0)


def test_sample_mac_covers_size_and_all_but_header_samples() -> None:
    image = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    header = np.array([0, 5, 77])
    before = image.copy()
    code = SESSION.sample_mac(image, header)
    assert len(code) == 16
    assert np.array_equal(image, before)
    for position in range(image.size):
        changed = image.copy()
        changed.reshape(-1)[position] ^= 1
        same = SESSION.sample_mac(changed, header) == code
        assert same == (position in header)
    assert SESSION.sample_mac(image.reshape(8, 6, 3), header) != code
    assert Session.of(b"k" * 32, b"s" * 16, b"r" * 32).sample_mac(image, header) != code


def test_subkeys_differ_and_keys_stay_out_of_the_representation() -> None:
    assert SESSION.subkey(b"metadata") != SESSION.subkey(b"payload")
    assert SESSION.key.hex() not in repr(SESSION)
    assert repr(SESSION.key) not in repr(SESSION)
