"""Pairs of values: all of them inside 0..255, both kinds, the model's probabilities."""

import numpy as np
import pytest

from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_model import NoiseModel
from sshr.transports.sealed.value_pairs import pair_groups


@pytest.mark.parametrize("base", [-100, 0, 300, 768])
def test_pairs_cover_the_changes_and_stay_inside(base: int) -> None:
    reference = np.arange(256, dtype=np.uint8).repeat(48).reshape(64, 64, 3)
    model = NoiseModel(reference, Noise.UNIFORM)
    classes = model.classes(base)
    places = np.arange(reference.size)
    found = model.class_at(classes, places)
    odd = np.random.default_rng(0).random(len(places)) < 0.5
    seen = np.zeros(len(places), int)
    begins = np.zeros(2, int)
    for group in pair_groups(classes, found, model.samples, odd):
        seen[group.chosen] += 1
        values = model.samples[group.chosen].astype(int) + group.lowest
        assert values.min() >= 0
        assert values.max() + 2 * len(group.frequencies) - 1 <= 255
        assert group.frequencies.sum() == 1 << 24
        assert group.frequencies.min() >= 1
        assert group.lowest <= 0 < group.lowest + 2 * len(group.frequencies)
        begins += np.bincount(values & 1, minlength=2)
    assert (seen == 1).all()
    assert begins.min() > 0.2 * len(places)


def test_backwards_is_the_other_order() -> None:
    reference = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    model = NoiseModel(reference, Noise.TEXTURE)
    classes = model.classes(300)
    found = model.class_at(classes, np.arange(500))
    odd = np.arange(500) % 3 == 0
    forth = list(pair_groups(classes, found, model.samples[:500], odd))
    back = list(pair_groups(classes, found, model.samples[:500], odd, backwards=True))
    assert [each.lowest for each in forth] == [each.lowest for each in back[::-1]]
    for one, other in zip(forth, back[::-1], strict=True):
        assert np.array_equal(one.chosen, other.chosen)
        assert np.array_equal(one.frequencies, other.frequencies)
