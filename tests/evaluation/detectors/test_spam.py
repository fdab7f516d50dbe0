from itertools import product

import numpy as np
import pytest

from sshr.evaluation.detectors.spam import spam_features


def by_definition(plane):
    """Every triple of differences along every direction, counted one by one."""
    height, width = plane.shape
    found = []
    for steps in (((0, 1), (0, -1), (1, 0), (-1, 0)), ((1, 1), (-1, -1), (1, -1), (-1, 1))):
        shares = np.zeros((7, 7, 7))
        for down, across in steps:
            counts = np.zeros((7, 7, 7))
            for y, x in product(range(height), range(width)):
                line = [(y + i * down, x + i * across) for i in range(4)]
                if all(0 <= a < height and 0 <= b < width for a, b in line):
                    levels = [int(plane[place]) for place in line]
                    triple = [np.clip(levels[i] - levels[i + 1], -3, 3) + 3 for i in range(3)]
                    counts[tuple(triple)] += 1
            shares += counts / counts.sum() / 4
        found.append(shares.ravel())
    return np.concatenate(found)


@pytest.mark.parametrize("shape", [(9, 12), (12, 7)])
def test_features_are_those_of_the_definition(shape):
    picture = np.random.default_rng(1).integers(90, 97, (*shape, 3), dtype=np.uint8)
    expected = np.mean([by_definition(picture[..., c]) for c in range(3)], axis=0)
    assert np.abs(spam_features(picture) - expected).max() < 1e-12


def test_shares_add_up_and_do_not_see_the_level(photo):
    dim = photo("parrots", 64, 64) // 2
    found = spam_features(dim)
    assert found[:343].sum() == pytest.approx(1)
    assert found[343:].sum() == pytest.approx(1)
    assert np.array_equal(spam_features(dim + np.uint8(40)), found)
