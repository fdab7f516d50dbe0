"""Greyscale samples dealt out to RGB: a bijection that keeps neighbours together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshr.imaging.packing import is_grey, pack, packed_size, unpack, unpacked_size, with_rim


@given(height=st.integers(2, 40), width=st.integers(3, 40), seed=st.integers(0, 99))
def test_every_sample_comes_back(height: int, width: int, seed: int) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    packed = pack(grey)
    assert packed.shape == (*packed_size(height, width), 3)
    assert np.array_equal(unpack(packed, grey), grey)
    inner = unpacked_size(*packed.shape[:2])
    assert np.array_equal(unpack(packed), grey[: inner[0], : inner[1]])
    assert height - inner[0] < 2
    assert width - inner[1] < 3
    other = np.zeros_like(grey)
    changed = unpack(packed, other)
    assert np.array_equal(changed[: inner[0], : inner[1]], grey[: inner[0], : inner[1]])
    assert not changed[inner[0] :].any()
    assert not changed[:, inner[1] :].any()
    assert not other.any()  # a copy


def test_a_pixel_is_made_of_neighbours() -> None:
    rows, columns = np.mgrid[:8, :9]
    for values in (rows, columns):
        packed = pack(values.astype(np.uint8)).astype(int)
        assert (packed.max(axis=2) - packed.min(axis=2)).max() == 1
    block = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert pack(block).tolist() == [[[0, 1, 3], [2, 5, 4]]]


def test_grey_is_told_by_the_samples() -> None:
    rgb = np.full((4, 4, 3), 9, np.uint8)
    assert is_grey(rgb)
    for channel in range(3):
        changed = rgb.copy()
        changed[3, 3, channel] = 8
        assert not is_grey(changed)


def test_no_packed_picture_has_an_odd_width() -> None:
    with pytest.raises(ValueError, match="not 5 px wide"):
        unpacked_size(4, 5)


@given(st.integers(8, 15), st.integers(9, 17), st.integers(0, 2**32))
def test_what_packing_leaves_out_changes_like_samples_nearby(
    height: int, width: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    reference, other = rng.integers(0, 256, (2, height, width), np.uint8)
    inner = unpacked_size(*packed_size(height, width))
    stego = reference.copy()
    stego[: inner[0], : inner[1]] = other[: inner[0], : inner[1]]
    found = with_rim(stego, reference)
    assert np.array_equal(found[: inner[0], : inner[1]], other[: inner[0], : inner[1]])
    change = stego.astype(int) - reference
    for row, column in np.argwhere(np.ones((height, width))):
        if row < inner[0] and column < inner[1]:
            continue
        near = (row - 4 if row >= inner[0] else row, column - 4 if column >= inner[1] else column)
        expected = np.clip(reference[row, column] + change[near], 0, 255)
        assert found[row, column] == expected
    assert np.array_equal(with_rim(reference, reference), reference)
