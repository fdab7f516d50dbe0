"""The linear scheme: water-filling, tile scales, the Wiener factor."""

import math

import pytest
import torch

from sshr.network.gains import (
    GAIN_FLOOR,
    MAX_SCALE,
    NOISE,
    LinearGains,
    scale_to,
    water_fill,
)

DEVIATION = torch.tensor([2.0, 0.5, 0.2, 0.05, 0.01, 1e-4])
COUNTS = torch.tensor([10, 30, 30, 120, 120, 480])


def mean_power(gain: torch.Tensor) -> float:
    payload = (gain.double() * DEVIATION).square()
    return float((payload * COUNTS).sum() / COUNTS.sum())


def test_noise_is_that_of_rounding_to_8_bits() -> None:
    samples = torch.rand(200_000, dtype=torch.float64)
    error = (samples * 255).round() / 255 - samples
    assert float(error.std()) == pytest.approx(NOISE, rel=0.01)


@pytest.mark.parametrize("power", [1e-6, 1e-5, 7.7e-5, 1e-3])
def test_water_filling_meets_the_power_and_the_floor(power: float) -> None:
    gain, wiener = water_fill(DEVIATION, COUNTS, power)
    assert mean_power(gain) == pytest.approx(power, rel=1e-4)
    assert float(gain.min()) >= GAIN_FLOOR * (1 - 1e-5)
    payload = (gain * DEVIATION).square()
    assert torch.allclose(wiener, payload / (payload + NOISE**2), atol=1e-5)
    assert bool((payload.diff() <= 0).all())  # the stronger band gets more power
    assert payload[0] > 1.5 * payload[2]


def test_water_filling_is_the_best_share_of_power() -> None:
    """No shift of power between two bands lowers the Wiener error."""

    def error(payload: torch.Tensor) -> float:
        left = DEVIATION.double().square() * NOISE**2 / (payload + NOISE**2)
        return float((left * COUNTS).sum())

    gain, _ = water_fill(DEVIATION, COUNTS, 7.7e-5)
    payload = (gain.double() * DEVIATION).square()
    best, moved = error(payload), 0
    for i in range(len(payload)):
        for j in range(len(payload)):
            amount = 0.01 * float(payload[i] * COUNTS[i])
            other = payload.clone()
            other[i] -= amount / COUNTS[i]
            other[j] += amount / COUNTS[j]
            at_floor = payload[i] < 1.01 * (GAIN_FLOOR * DEVIATION[i].double()).square()
            if i != j and not at_floor:
                assert error(other) > best
                moved += 1
    assert moved >= 10


def test_scale_to_gives_the_power_and_is_bounded() -> None:
    coefficients = torch.randn(3, 12, 4, 4) * torch.tensor([0.1, 1.0, 0.0]).view(3, 1, 1, 1)
    scales = scale_to(0.25, coefficients)
    power = (scales.view(3, 1, 1, 1) * coefficients).square().mean((1, 2, 3))
    assert torch.allclose(power[:2], torch.full((2,), 0.25), rtol=1e-5)
    assert float(scales[2]) == MAX_SCALE


@pytest.mark.parametrize("steps", [1, 2, 4, 8])
@pytest.mark.parametrize("p", [0.9, 0.97, 1.0])
def test_receive_is_solved_for_the_wiener_factor(steps: int, p: float) -> None:
    """The reveal of noise-free unit payload z = y, half-step by half-step, gives w / g."""
    gains = LinearGains(torch.arange(6), steps).double()
    wanted_gain = torch.tensor([0.3, 0.1, 0.05, 0.02, 0.01, GAIN_FLOOR / 9], dtype=torch.float64)
    wiener = torch.tensor([1.0, 0.95, 0.8, 0.5, 0.2, 0.01], dtype=torch.float64)
    gains.set(wanted_gain, wiener, torch.full((steps,), p, dtype=torch.float64))
    gain = wanted_gain.clamp(min=GAIN_FLOOR)
    assert torch.allclose(gains.gain(steps).flatten(), gain, rtol=1e-12)
    h = gain ** (1 / steps)
    z = torch.ones(1, 6, 1, 1, dtype=torch.float64)
    y = gains.estimate_y(z, z).flatten()
    z = z.flatten()
    for t in range(steps):
        if t > 0:
            y = (y - (1 - p) * z) / p
            z = (z - (1 - p) * y) / p
        y = y + (1 - h) / h * z
        z = z + (1 - h) * y
    assert torch.allclose(z, wiener / gain, rtol=1e-9)


def test_shares_of_the_gain_multiply_to_it() -> None:
    gains = LinearGains(torch.tensor([0, 1, 1, 2]), 4)
    with torch.no_grad():
        gains.log_gain.copy_(torch.tensor([-1.0, -3.0, -20.0]))
    assert gains.gain(1).shape == (1, 4, 1, 1)
    assert torch.allclose(gains.gain(1) ** 4, gains.gain(4), rtol=1e-5)
    expected = torch.tensor([math.exp(-1), math.exp(-3), math.exp(-3), GAIN_FLOOR])
    assert torch.allclose(gains.gain(4).flatten(), expected, rtol=1e-5)
    assert torch.equal(gains.gain(0), torch.ones(1, 4, 1, 1))


def test_restart_goes_back_to_what_was_set() -> None:
    gains = LinearGains(torch.arange(6), 1)
    gain, wiener = water_fill(DEVIATION, COUNTS, 7.7e-5)
    gains.set(gain, wiener, torch.ones(1))
    log_gain, receive = gains.log_gain.detach().clone(), gains.receive.detach().clone()
    with torch.no_grad():
        gains.log_gain.add_(1)
        gains.receive.add_(1)
    gains.restart()
    assert torch.equal(gains.log_gain, log_gain)
    assert torch.equal(gains.receive, receive)
