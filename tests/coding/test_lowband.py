"""The low band's order: every place once, and only from places that are known by then."""

from itertools import pairwise

import numpy as np
import pytest

from sshr.coding.lowband import base_grid, groups

SIZES = [(h, w) for h in (1, 2, 4, 5, 8, 9, 13, 20) for w in (1, 3, 4, 7, 16, 20)]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_groups_cover_every_place_once_and_look_back_only(size: tuple[int, int]) -> None:
    height, width = size
    known = np.zeros(size, bool)
    known[base_grid(height, width)] = True
    for group in groups(height, width):
        rows, columns = group.rows, group.columns
        assert len(set(zip(rows.tolist(), columns.tolist(), strict=True))) == len(rows)
        assert not known[rows, columns].any()
        assert known.reshape(-1)[group.near][group.valid].all()
        assert group.valid.any(axis=0).all()  # there is always something to predict from
        known[rows, columns] = True
    assert known.all()


def test_neighbours_are_the_nearest_of_the_coarser_grid() -> None:
    height, width = 17, 20
    for group in groups(height, width):
        near_rows, near_columns = np.divmod(group.near, width)
        down, right = near_rows - group.rows, near_columns - group.columns
        reach = np.maximum(np.abs(down), np.abs(right))[group.valid]
        assert len(set(reach.tolist())) == 1
        assert int(reach[0]) in (1, 2, 4)
        inside = (group.rows > 4) & (group.rows < 12) & (group.columns > 4) & (group.columns < 12)
        assert group.valid[:, inside].all()
        assert (np.where(group.valid, down, 0).sum(0)[inside] == 0).all()


def test_prediction_is_the_rounded_mean_and_its_context_the_spread() -> None:
    rng = np.random.default_rng(1)
    plane = rng.integers(-60, 60, (11, 13), dtype=np.int32)
    for group in groups(11, 13):
        means, contexts = group.predict(plane)
        for i in range(len(group.rows)):
            around = [int(plane.flat[k]) for k in group.near[group.valid[:, i], i]]
            assert means[i] == np.floor(sum(around) / len(around) + 0.5)
            spread = max(around) - min(around)
            assert contexts[i] == sum(spread >= edge for edge in (1, 2, 4, 7, 12, 20, 36))


def test_finer_groups_come_later() -> None:
    reaches = []
    for group in groups(16, 16):
        near_rows = group.near // 16
        reaches.append(int(np.abs(near_rows - group.rows)[group.valid].max()))
    assert all(one >= other for one, other in pairwise(reaches))
