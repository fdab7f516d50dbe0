"""What must be found is found, and nothing is found where there is nothing."""

import numpy as np
import pytest

from sshr.evaluation.detectors.detector import find_detector
from sshr.evaluation.detectors.protocols import elsewhere, leaked_pairs, noisy_twins


@pytest.fixture(scope="module")
def covers(photo):
    places = [(top, left) for top in range(0, 449, 64) for left in range(0, 449, 64)]
    names = ("parrots", "sailboats")
    return [photo(name, 64, 64, *place) for name in names for place in places]


def replaced(picture, number):
    """One bit a sample, in place of the lowest."""
    bits = np.random.default_rng(number).integers(0, 2, picture.shape, np.uint8)
    return picture & 0xFE | bits


def noisy(picture, number, deviation=2.2):
    noise = np.random.default_rng([7, number]).normal(0, deviation, picture.shape)
    return np.rint(picture + noise).clip(0, 255).astype(np.uint8)


def spam():
    return find_detector("spam")


def test_replaced_bits_are_found_the_better_the_more_pairs_leak(covers):
    stegos = [replaced(cover, number) for number, cover in enumerate(covers)]
    few, many = leaked_pairs(spam, covers, stegos, [4, 80])
    assert (few.pairs, many.pairs, len(many.runs)) == (4, 80, 3)
    assert many.p_e < 0.2
    assert many.p_e < few.p_e
    assert all(run.auc > 0.85 for run in many.runs)
    assert all(run.tested == 2 * (len(covers) // 3) for run in many.runs)


def test_the_same_noise_on_other_photographs_is_not_found(covers):
    point = noisy_twins(spam, covers, lambda picture, number: noisy(picture, number + 999), noisy)
    assert len(point.runs) == 3
    for run in point.runs:
        assert run.low - 0.1 < 0.5 < run.high + 0.1
    assert point.spread < 0.2


def test_louder_noise_than_a_twins_is_found(covers):
    louder = noisy_twins(spam, covers, lambda picture, number: noisy(picture, number, 5.0), noisy)
    assert louder.p_e < 0.2


def test_halves_of_the_same_photographs_are_alike(covers):
    def same(picture, number):
        return picture

    assert 0.3 < noisy_twins(spam, covers, same, same).p_e < 0.7


def test_a_detector_of_something_else(covers):
    half = len(covers) // 2
    stegos = [replaced(cover, number) for number, cover in enumerate(covers)]
    own = elsewhere(spam, covers[:half], stegos[:half], covers[half:], stegos[half:])
    other = elsewhere(spam, covers[:half], stegos[:half], covers[half:], covers[half:])
    assert own.p_e < 0.4
    assert other.runs[0].auc == 0.5


@pytest.mark.parametrize("counts", [[], [0], [200]])
def test_impossible_counts(covers, counts):
    with pytest.raises(ValueError, match="training on"):
        leaked_pairs(spam, covers, covers, counts)


def test_too_few_photographs(covers):
    with pytest.raises(ValueError, match="two halves"):
        noisy_twins(spam, covers[:7], replaced, noisy)
