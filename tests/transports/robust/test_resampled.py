"""Bits come back from planes that were resized and then coded."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.blocks import ONE, luma
from sshr.transports.robust.layers import Ground
from sshr.transports.robust.noise_ratios import noisy_ratios
from sshr.transports.robust.profiles import through
from sshr.transports.robust.resampled import part_of, requantised_ratios, resampled_ratios
from sshr.transports.robust.resampling import Resampling

Rgb8 = NDArray[np.uint8]
Bits = NDArray[np.bool_]


@pytest.fixture(scope="module")
def ground(reference: Rgb8) -> Ground:
    return Ground.of(reference, "messenger", 40.6, False)


@pytest.fixture(scope="module")
def bits(ground: Ground) -> Bits:
    return np.random.default_rng(1).integers(0, 2, ground.plan.zero.shape).astype(bool)


def information(ratios: NDArray[np.float32], bits: Bits, use: Bits) -> float:
    """Bits a coefficient."""
    right = np.where(bits[use], -ratios[use], ratios[use])
    return float(1 - np.logaddexp(0, -right).mean() / np.log(2))


def test_a_coder_on_another_grid(ground: Ground, bits: Bits) -> None:
    """More comes from its cells than from noise of the same power."""
    blocks, box = (slice(1, 16), slice(1, 16)), (3.0, 5.0, 128.0, 128.0)
    received = through("jpeg:80", ground.picture(bits)[5:, 3:])
    own = luma(ground.reference) / ONE
    way = Resampling.of(luma(received) / ONE, own, box, unscaled=True)
    told, words = resampled_ratios(way, ground.plan, blocks, (0, 0))
    assert words == "JPEG of about quality 80"
    part, sent = part_of(ground.plan, blocks), bits[blocks]
    noisy = noisy_ratios(way.back(way.residual, (8, 8, 128, 128)), part)
    use = part.classes == 1
    assert information(told, sent, use) > information(noisy, sent, use) + 0.03
    assert information(told, sent, use) > 0.5


def test_columns_for_rows(ground: Ground, bits: Bits) -> None:
    stego, box = ground.picture(bits), (0.0, 5.0, 128.0, 128.0)
    received = through("jpeg:80", np.ascontiguousarray(stego[5:].swapaxes(0, 1))).swapaxes(0, 1)
    own = luma(ground.reference) / ONE
    way = Resampling.of(luma(received) / ONE, own, box, unscaled=True)
    blocks = slice(1, 16), slice(0, 16)
    assert requantised_ratios(way, ground.plan, blocks, (0, 0)) is None
    found = requantised_ratios(way, ground.plan, blocks, (0, 0), across=True)
    assert found is not None
    use = ground.plan.classes[blocks] == 1
    assert information(found[0], bits[blocks], use) > 0.5


def test_without_a_coder(ground: Ground, bits: Bits) -> None:
    stego = ground.picture(bits)
    own = luma(ground.reference) / ONE
    way = Resampling.of(luma(stego) / ONE, own, (0, 0, 128, 128), unscaled=True)
    blocks = slice(0, 16), slice(2, 16)
    assert requantised_ratios(way, ground.plan, blocks, (0, 0)) is None
    told, words = resampled_ratios(way, ground.plan, blocks, (0, 0))
    assert words == ""
    assert information(told, bits[blocks], ground.plan.classes[blocks] == 1) > 0.9
