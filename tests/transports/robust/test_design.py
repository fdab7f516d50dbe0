"""The two changes of every coefficient: worth their power, and the same for both sides."""

from itertools import pairwise
from math import erf, log2, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.metrics import psnr
from sshr.transports.robust.design import (
    ALL,
    LOW,
    LUMA_POWER,
    REACH,
    UNIT,
    Aim,
    Design,
    design,
    jpeg_table,
    noisy,
    pairs,
    power_budget,
    quantised,
)
from sshr.transports.robust.design import _price as price_of
from sshr.transports.robust.layers import Ground

Rgb8 = NDArray[np.uint8]
AIMS = (Aim(((70, 5), (85, 5)), ((13.5, 20),)), Aim(((75, 8), (95, 2)), ((13.5, 14),)))


@pytest.mark.parametrize("psnr_asked", [35.0, 40.6, 44.0])
def test_power_is_within_the_budget(reference: Rgb8, psnr_asked: float) -> None:
    plan = design(AIMS, reference, psnr_asked)
    spent = float((plan.zero.astype(float) ** 2 + plan.one.astype(float) ** 2).sum())
    budget = power_budget(psnr_asked, 16 * 16)
    assert 0.9 * budget < spent <= budget
    power = spent / 2 / (128 * 128) / LUMA_POWER / 3 + 1 / 12
    assert 0 <= 10 * np.log10(255**2 / power) - psnr_asked < 0.5


@pytest.mark.parametrize("level", [38.0, 40.6])
def test_stego_has_the_psnr(reference: Rgb8, level: float) -> None:
    ground = Ground.of(reference, "messenger", level, False)
    bits = np.random.default_rng(1).integers(0, 2, ground.plan.zero.shape).astype(bool)
    # Thousands of changes: the power of a draw is within 5 % of its mean by far.
    assert abs(psnr(ground.picture(bits), reference) - level) < 0.4


def test_it_is_the_same_twice_and_in_copies(reference: Rgb8) -> None:
    plan = design(AIMS, reference, 40.6)
    again = design(AIMS, np.asfortranarray(reference), 40.6)
    assert np.array_equal(again.zero, plan.zero)
    assert np.array_equal(again.one, plan.one)
    assert np.array_equal(again.classes, plan.classes)


def test_classes_and_changes(plan: Design) -> None:
    used = plan.classes > 0
    assert np.array_equal(used, plan.zero < plan.one)
    assert not plan.zero[~used].any()
    u, v = np.indices((8, 8))
    assert not used[:, :, u + v >= ALL].any()
    assert set(plan.classes[:, :, (u < LOW) & (v < LOW)].flat) <= {0, 1}
    assert set(plan.classes[:, :, (u >= LOW) | (v >= LOW)].flat) <= {0, 2}
    assert max(-plan.zero.min(), plan.one.max()) <= REACH


def test_clipped_blocks_are_left_alone(reference: Rgb8) -> None:
    spoiled = reference.copy()
    spoiled[:32, :16], spoiled[64:72, 64:72] = 255, 0
    plan = design(AIMS, spoiled, 40.6)
    assert not plan.classes[:4, :2].any()
    assert not plan.classes[8, 8].any()
    assert plan.classes[5, 5].any()
    whole = design(AIMS, np.full((64, 64, 3), 255, np.uint8), 40.6)
    assert not whole.classes.any()
    assert not whole.zero.any()


def test_annex_k_as_libjpeg_scales_it() -> None:
    assert jpeg_table(50)[0].tolist() == [16, 11, 10, 16, 24, 40, 51, 61]
    assert jpeg_table(75)[0].tolist() == [8, 6, 5, 8, 12, 20, 26, 31]
    assert jpeg_table(25)[0, 0] == 32
    assert jpeg_table(100).max() == 1


def test_pairs() -> None:
    low, high = pairs()
    assert (low[0], high[0]) == (0, 0)
    assert (high[1:] - low[1:] >= 2).all()
    assert low.min() == -REACH
    assert high.max() == REACH
    assert len(set(zip(low.tolist(), high.tolist(), strict=True))) == len(low)


def normal(at: float) -> float:
    return (1 + erf(at / sqrt(2))) / 2


@pytest.mark.parametrize(
    ("step", "phase", "change", "deviation"),
    [(8, 3, (-2, 3), 0.45), (12, 0, (-5, 4), 0.45), (5, 9, (0, 2), 0.7), (16, 17, (-14, 14), 0.45)],
)
def test_a_quantiser_directly(
    step: int, phase: int, change: tuple[int, int], deviation: float
) -> None:
    low, high = (each.tolist() for each in pairs())
    index = list(zip(low, high, strict=True)).index(change)
    middle, told = (phase + 0.5) / 2, 0.0
    for cell in range(-40, 41):
        chances = [
            normal(((cell + 0.5) * step - middle - each) / deviation)
            - normal(((cell - 0.5) * step - middle - each) / deviation)
            for each in change
        ]
        both = sum(chances) / 2
        told += sum(p * log2(p / both) / 2 for p in chances if p > 1e-14)
    table = quantised(step, deviation)
    assert table.shape == (2 * step, len(low))
    assert abs(table[phase, index] - told * UNIT) <= 1
    assert not table[:, 0].any()


@pytest.mark.parametrize(("variance", "change"), [(13.5, (-3, 3)), (4.0, (0, 2)), (40.0, (-14, 9))])
def test_gaussian_noise_directly(variance: float, change: tuple[int, int]) -> None:
    low, high = (each.tolist() for each in pairs())
    index = list(zip(low, high, strict=True)).index(change)
    half, deviation = (change[1] - change[0]) / 2, sqrt(variance)
    at = np.linspace(-12 * deviation - half, 12 * deviation + half, 200_001)

    def density(middle: float) -> NDArray[np.float64]:
        return np.exp(-((at - middle) ** 2) / (2 * variance)) / (deviation * sqrt(2 * np.pi))

    one, zero = density(half), density(-half)
    whole = (one + zero) / 2
    inside = one > 1e-300
    told = (one[inside] * np.log2(one[inside] / whole[inside])).sum() * (at[1] - at[0])
    assert abs(noisy(variance)[index] - told * UNIT) <= 4
    assert noisy(variance)[0] == 0


def test_price_falls_as_the_budget_grows() -> None:
    low, high = pairs()
    cost = low**2 + high**2
    worth, counts = [quantised(8)[:4], quantised(20)[:6]], [np.full(4, 30), np.full(6, 20)]
    budgets = [100, 300, 1000, 5000, 20_000, 10**7]
    prices = [price_of(worth, counts, cost, budget) for budget in budgets]
    assert all(above >= below for above, below in pairwise(prices))
    assert prices[0] > prices[-1]


def test_more_power_tells_more(reference: Rgb8) -> None:
    used = [(design(AIMS, reference, level).classes > 0).sum() for level in (50.0, 44.0, 38.0)]
    assert used == sorted(used)
    assert used[0] < used[-1]
