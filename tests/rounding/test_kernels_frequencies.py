"""Rings of frequencies: their order and their sizes."""

import numpy as np
import pytest

from sshr.rounding.kernels import frequency_order, split_count


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (33, 20), (64, 80)])
def test_frequencies_by_distance(size: tuple[int, int]) -> None:
    height, width = size
    order = frequency_order(height, width)
    assert sorted(order.tolist()) == list(range(height * width))
    assert order[0] == 0
    rows, columns = order // width, order % width
    distance = np.hypot(rows / height, columns / width)
    assert (np.diff(distance) > -1e-8).all()


def test_ties_are_broken_by_index() -> None:
    assert frequency_order(3, 3).tolist() == [0, 1, 3, 4, 2, 6, 5, 7, 8]


@pytest.mark.parametrize("count", [0, 1, 100, 12288])
@pytest.mark.parametrize("shares", [[1.0], [1, 2, 3], [0.0, 5.0, 0.0], [0.1] * 30])
def test_counts_are_in_proportion_and_add_up(count: int, shares: list[float]) -> None:
    parts = split_count(count, shares)
    assert sum(parts) == count
    for part, share in zip(parts, shares, strict=True):
        assert abs(part - count * share / sum(shares)) <= 1 + 1e-9
        assert part >= 0
        assert share or not part
