import numpy as np
import pytest

from sshr.evaluation.change import BINS, REACH, describe_change, ring_power


def test_levels_are_counted_and_the_far_ones_gathered():
    reference = np.full((48, 48, 3), 100, np.uint8)
    stego = reference.copy()
    stego[0, 0] = (101, 98, 200)
    found = describe_change(stego, reference).histogram
    assert len(found) == 2 * REACH + 1
    for level in (1, -2, REACH):
        assert found[REACH + level] == pytest.approx(1 / stego.size, abs=1e-7)
    assert sum(found) == pytest.approx(1, abs=1e-5)


def test_white_noise_has_a_flat_spectrum():
    noise = np.random.default_rng(1).normal(0, 3, (256, 256))
    power = ring_power(noise)
    assert power.shape == (BINS,)
    assert power[2:].mean() == pytest.approx(9, rel=0.05)


def test_a_wave_is_in_its_ring():
    wave = np.cos(2 * np.pi * 0.25 * np.arange(96)) * np.ones((96, 1))
    assert ring_power(wave).argmax() == BINS // 2
