"""Positions and parities: exact draws, the cheapest change, and never outside 0..255."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshr.crypto.keys import keystream
from sshr.header.parity import positions, read_parities, round_samples, write_parities

KEY = bytes(range(32))
SIZES = [12288, 196608, 36_000_000, 2**32 - 1]


@pytest.mark.parametrize("samples", SIZES)
def test_positions_are_what_their_docstring_says(samples: int) -> None:
    stream = keystream(KEY, 8 * 3000)
    words = (int.from_bytes(stream[8 * i : 8 * i + 8], "little") for i in range(3000))
    expected = list(dict.fromkeys(word * samples >> 64 for word in words))
    found = positions(KEY, samples, 2000)
    assert found.dtype == np.int64
    assert found.tolist() == expected[:2000]


def test_committed_vector() -> None:
    found = positions(KEY, 196608, 1000).astype("<i8")
    assert found[:6].tolist() == [81485, 56288, 156992, 112238, 131434, 77183]
    assert (
        hashlib.sha256(found.tobytes()).hexdigest()
        == "9af6702102623e3404561c251da3feffea824d5d10ee8eb3cb39d20851571a0a"
    )


@pytest.mark.parametrize("samples", [2, 3, 12, 13, 1000, 12288, 36_000_001])
def test_positions_are_distinct_inside_and_prefix_consistent(samples: int) -> None:
    most = min(samples // 2, 200_000)
    found = positions(KEY, samples, most)
    assert len(np.unique(found)) == len(found) == most
    assert found.min() >= 0
    assert found.max() < samples
    for count in (0, 1, most // 3, most - 1):
        assert np.array_equal(positions(KEY, samples, count), found[:count])


def test_positions_are_uniform_and_depend_on_the_key() -> None:
    found = positions(KEY, 1 << 20, 1 << 15)
    counts = np.bincount(found >> 12, minlength=256)
    assert ((counts - 128) ** 2 / 128).sum() < 350  # 255 degrees of freedom: p = 6e-5
    shared = np.intersect1d(found, positions(bytes(32), 1 << 20, 1 << 15)).size
    assert shared < 1200  # 1024 expected by chance


@pytest.mark.parametrize(("samples", "count"), [(100, 51), (100, -1), (2**32, 10)])
def test_impossible_draws_are_refused(samples: int, count: int) -> None:
    with pytest.raises(ValueError, match="cannot draw"):
        positions(KEY, samples, count)


def cost(unrounded: np.ndarray, samples: np.ndarray) -> np.ndarray:
    return (samples - unrounded.astype(np.float64)) ** 2


@given(
    st.lists(
        st.floats(-40, 300, width=32) | st.sampled_from([0.0, 254.5, 255.0, 0.5, -3.0, 258.0]),
        min_size=2,
        max_size=48,
    ),
    st.integers(1, 5),
    st.integers(0, 2**32 - 1),
)
def test_a_group_takes_the_cheapest_single_step(values: list, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    unrounded = np.array(values, np.float32)
    rounded = round_samples(unrounded)
    size = min(size, len(values))
    count = len(values) // size
    groups = rng.permutation(len(values))[: count * size].reshape(count, size)
    bits = rng.integers(0, 2, count, dtype=np.uint8)
    written = write_parities(unrounded, rounded, groups, bits)
    assert np.array_equal(read_parities(written, groups), bits)
    assert np.array_equal(np.delete(written, groups), np.delete(rounded, groups))
    for group, before, bit in zip(groups, read_parities(rounded, groups), bits, strict=True):
        paid = (cost(unrounded, written) - cost(unrounded, rounded))[group].sum()
        steps = [
            cost(unrounded[i], level + d) - cost(unrounded[i], level)
            for i in group
            for level in [float(rounded[i])]
            for d in (-1, 1)
            if 0 <= level + d <= 255
        ]
        assert paid == (0 if before == bit else min(steps))
        assert np.count_nonzero(written[group] != rounded[group]) == int(before != bit)


@pytest.mark.parametrize("size", [1, 2, 4, 16])
def test_mean_cost_of_a_bit(size: int) -> None:
    rng = np.random.default_rng(size)
    unrounded = rng.uniform(20, 230, 20_000 * size).astype(np.float32)
    rounded = round_samples(unrounded)
    groups = rng.permutation(unrounded.size).reshape(-1, size)
    bits = rng.integers(0, 2, len(groups), dtype=np.uint8)
    written = write_parities(unrounded, rounded, groups, bits)
    extra = (cost(unrounded, written) - cost(unrounded, rounded)).sum() / len(groups)
    assert extra == pytest.approx(0.5 / (size + 1), rel=0.04)


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("beyond", [0, 0.4, 9])
def test_saturated_images_stay_in_range(level: int, beyond: float) -> None:
    unrounded = np.full(1200, level + (beyond if level else -beyond), np.float32)
    rounded = round_samples(unrounded)
    assert (rounded == level).all()
    bits = np.arange(300, dtype=np.uint8) % 2
    written = write_parities(unrounded, rounded, np.arange(1200).reshape(300, 4), bits)
    assert np.array_equal(read_parities(written, np.arange(1200).reshape(300, 4)), bits)
    assert set(written.tolist()) == {level, abs(level - 1)}


def test_rounding() -> None:
    values = np.array([-9.0, -0.4, 0.5, 1.5, 254.6, 255.4, 300.0], np.float32)
    assert round_samples(values).tolist() == [0, 0, 0, 2, 255, 255, 255]
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="finite"):
            round_samples(np.array([1.0, bad], np.float32))
