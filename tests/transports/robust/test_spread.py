"""Low frequencies of large blocks: all of the power, where nothing is clipped."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.metrics import psnr
from sshr.transports.robust.layers import Ground
from sshr.transports.robust.spread import BLOCK, FREQUENCIES, LIVELY, liveliness, spread

Rgb8 = NDArray[np.uint8]


@pytest.mark.parametrize("level", [35.0, 40.6, 44.0])
def test_stego_has_the_psnr(reference: Rgb8, level: float) -> None:
    ground = Ground.of(reference, "harsh", level, False)
    bits = np.random.default_rng(1).integers(0, 2, ground.plan.zero.shape).astype(bool)
    # The power is the same whatever the bits are; what is clipped takes a little of it.
    assert abs(psnr(ground.picture(bits), reference) - level) < 0.3


def test_only_the_lowest_frequencies_change(reference: Rgb8) -> None:
    plan = spread(reference, 40.6)
    assert plan.side == BLOCK == 16
    u, v = np.indices((BLOCK, BLOCK))
    assert not plan.classes[:, :, u + v >= FREQUENCIES].any()
    assert plan.classes[:, :, u + v < FREQUENCIES].mean() > 0.9
    assert np.array_equal(plan.zero, -plan.one)


def test_a_calm_sky_changes_less(reference: Rgb8) -> None:
    sky = reference.copy()
    sky[:64] = np.random.default_rng(3).normal(150, 0.5, (64, 128, 1)).round().astype(np.uint8)
    assert (liveliness(sky)[:4] == LIVELY[0]).all()
    power = np.square(spread(sky, 40.6).one[:, :, 0, 0].astype(np.float64))
    lively = power[4:][liveliness(sky)[4:] == LIVELY[1]]
    assert lively.mean() / power[:4].mean() == pytest.approx(LIVELY[1] / LIVELY[0], rel=0.01)


def test_an_edge_beside_a_sky_hides_nothing_in_it() -> None:
    sky = np.full((64, 64, 3), 150, np.uint8)
    sky[8:] = np.random.default_rng(3).integers(50, 200, (56, 64, 3), np.uint8)
    assert (liveliness(sky)[0] == LIVELY[0]).all()
    assert (liveliness(sky)[1:] == LIVELY[1]).all()


def test_clipped_blocks_are_left_alone(reference: Rgb8) -> None:
    spoiled = reference.copy()
    spoiled[:32, :16] = 255
    plan = spread(spoiled, 40.6)
    assert not plan.classes[:2, 0].any()
    assert plan.classes[4, 4].any()
    assert plan.one.max() > spread(reference, 40.6).one.max()
    assert not spread(np.full((64, 64, 3), 255, np.uint8), 40.6).classes.any()
