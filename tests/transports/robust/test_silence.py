"""Innocent pictures are told from stegos, and no stego is taken for innocent."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.layers import Ground
from sshr.transports.robust.listening import listen
from sshr.transports.robust.options import LEVELS
from sshr.transports.robust.profiles import through
from sshr.transports.robust.silence import agrees, information, is_silent

Rgb8 = NDArray[np.uint8]


@pytest.fixture(scope="module")
def ground(photo: Callable[..., Rgb8]) -> Ground:
    return Ground.of(photo("sailboats", 192, 192), "messenger", 40.6, False)


def silent(picture: Rgb8, ground: Ground) -> bool:
    ratios = listen(picture, ground.reference, ground.plan).ratios
    return is_silent(ratios, ground.plan, ground.frame.header)


def stego(ground: Ground) -> Rgb8:
    bits = np.random.default_rng(1).integers(0, 2, ground.plan.zero.shape).astype(bool)
    return ground.picture(bits)


@pytest.mark.parametrize("name", ["png", "jpeg:75", "jpeg:90", "small:0.5", "noise", "blur"])
def test_no_stego_is(ground: Ground, name: str) -> None:
    assert not silent(through(name, stego(ground)), ground)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("analog", [False, True])
def test_no_louder_stego_is(ground: Ground, level: float, analog: bool) -> None:
    """What is silent at a level is not tried at louder ones."""
    if level < ground.stego_psnr or analog:
        other = Ground.of(ground.reference, "messenger", level, analog)
        assert not silent(through("jpeg:75", stego(other)), ground)


def test_innocent_jpegs_are(ground: Ground) -> None:
    assert silent(through("jpeg:75", ground.reference), ground)
    assert silent(through("jpeg:80", ground.reference), ground)


def test_information() -> None:
    assert information(np.zeros(9, np.float32)) == pytest.approx(0)
    assert information(np.full(9, 30, np.float32)) == pytest.approx(9, abs=1e-3)
    half = np.float32(np.log(0.89 / 0.11))  # of which half a bit is told
    assert information(np.array([half, -half])) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("count", "deviation"), [(5000, 1.5), (40_000, 4.0)])
def test_copies_of_a_code_agree(count: int, deviation: float) -> None:
    draw = np.random.default_rng(4)
    noise = draw.normal(0.2, deviation, count).astype(np.float32)  # a bias is no code
    code = np.resize(draw.choice([-1, 1], 2400), count)
    assert agrees((noise + code).astype(np.float32), 2400)
    assert not agrees(noise, 2400)


def test_a_part_that_is_sent_twice_is_enough() -> None:
    draw = np.random.default_rng(4)
    noise = draw.normal(0, 1.5, 13_000).astype(np.float32)
    code = np.resize(draw.choice([-1, 1], 10_000), 13_000)
    assert agrees((noise + code).astype(np.float32), 10_000)
    assert not agrees(noise, 10_000)


def test_less_than_that_may_be_a_code() -> None:
    assert agrees(np.random.default_rng(4).normal(size=4799).astype(np.float32), 2400)
    assert not agrees(np.zeros(4800, np.float32), 2400)
