"""Noise and gain are estimated, and what is said of bits is true."""

import numpy as np
import pytest

from sshr.transports.robust.blocks import samples
from sshr.transports.robust.design import Design
from sshr.transports.robust.noise_ratios import MOST, noisy_ratios


@pytest.mark.parametrize(("gain", "noise"), [(1, 0.5), (0.5, 1.5), (1, 4)])
def test_ratios_are_true(plan: Design, gain: float, noise: float) -> None:
    random = np.random.default_rng(1)
    bits = random.integers(0, 2, plan.zero.shape).astype(bool)
    sent = gain * np.where(bits, plan.one, plan.zero) + random.normal(0, noise, bits.shape)
    plane = samples(sent, (128, 128))
    told = noisy_ratios(plane, plan)
    use = plan.classes == 1
    assert not told[plan.classes == 0].any()
    assert np.abs(told).max() <= MOST
    wrong = ((told < 0) != bits)[use]
    expected = 1 / (1 + np.exp(np.abs(told[use]))).astype(np.float64)
    spread = np.sqrt((expected * (1 - expected)).sum()) / use.sum()
    assert abs(wrong.mean() - expected.mean()) < 7 * spread + 0.01


def test_nothing_but_noise_says_little(plan: Design) -> None:
    plane = np.random.default_rng(1).normal(0, 20, (128, 128))
    told = noisy_ratios(plane, plan)[plan.classes == 1]
    assert np.abs(told).mean() < 0.5
