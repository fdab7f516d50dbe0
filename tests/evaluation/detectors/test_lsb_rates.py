"""Known shares of replaced lowest bits are estimated within the error that the papers report: some
hundredths, a tenth where a picture is unusual."""

import math

import numpy as np
import pytest

from sshr.evaluation.detectors.lsb_rates import (
    BLOCK,
    pairs_of_values,
    primary_sets,
    rs_analysis,
    sample_pairs,
)

PLACES = [(name, left) for name in ("parrots", "lighthouse") for left in (0, 200)]
RATES = (0.0, 0.1, 0.5, 1.0)


def replaced(picture, rate, in_order=False):
    rng, samples = np.random.default_rng(1), picture.flatten()
    count = int(rate * samples.size)
    places = np.arange(count) if in_order else rng.permutation(samples.size)[:count]
    samples[places] = samples[places] & 0xFE | rng.integers(0, 2, count, np.uint8)
    return samples.reshape(picture.shape)


@pytest.mark.parametrize(
    ("estimate", "usual", "most"),
    [(sample_pairs, 0.03, 0.06), (rs_analysis, 0.03, 0.1), (primary_sets, 0.06, 0.17)],
)
def test_known_rates(photo, estimate, usual, most):
    errors = [
        abs(abs(estimate(replaced(photo(name, 256, 256, 0, left), rate))) - rate)
        for name, left in PLACES
        for rate in RATES
    ]
    assert np.mean(errors) < usual
    assert max(errors) < most


def test_pairs_of_values_find_a_message_from_the_beginning(photo):
    for name, left in PLACES:
        picture = photo(name, 256, 256, 0, left)
        for rate in RATES:
            odds = pairs_of_values(replaced(picture, rate, in_order=True))
            assert len(odds) == picture.size // BLOCK
            assert abs(odds.mean() - rate) < 0.2
        assert pairs_of_values(replaced(picture, 0.3)).mean() < 0.2  # it is not for scattered bits


def test_equal_counts_are_certain_and_unequal_ones_impossible():
    assert pairs_of_values(np.arange(2048) % 256).min() > 0.999
    assert pairs_of_values(np.arange(2048) % 128 * 2).max() < 1e-9


def test_chi_square_is_scipys():
    from scipy.stats import chi2

    samples = np.random.default_rng(1).integers(0, 256, BLOCK, np.uint8)
    counts = 1 + np.bincount(samples, minlength=256)
    means = (counts[::2] + counts[1::2]) / 2
    statistic = (np.square(counts[::2] - means) / means).sum()
    assert pairs_of_values(samples) == pytest.approx([chi2.sf(statistic, 127)], rel=1e-9)


def test_without_a_root_the_published_estimates_say_little(photo):
    picture = replaced(photo("lighthouse", 256, 256, 0, 200), 1.0)
    assert sample_pairs(picture) > 0.9
    assert abs(sample_pairs(picture, published=True)) < 0.6
    assert math.isnan(primary_sets(picture, published=True))


def test_flat_pictures_have_no_rate():
    flat = np.full((16, 16, 3), 10, np.uint8)
    assert [estimate(flat) for estimate in (sample_pairs, primary_sets, rs_analysis)] == [0, 0, 0]
