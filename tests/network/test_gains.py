"""The linear scheme: a gain for every coefficient, tile scales, the Wiener factor."""

import math

import pytest
import torch
from torch import Tensor

from sshr.network.gains import (
    GAIN_CEILING,
    GAIN_FLOOR,
    MAX_SCALE,
    NOISE,
    LinearGains,
    TileGains,
    scale_to,
)


def test_noise_is_that_of_rounding_to_8_bits() -> None:
    samples = torch.rand(200_000, dtype=torch.float64)
    error = (samples * 255).round() / 255 - samples
    assert float(error.std()) == pytest.approx(NOISE, rel=0.01)


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
    gain = torch.tensor([0.7, 0.1, 0.05, 0.02, 0.01, GAIN_FLOOR]).double().view(1, 6, 1, 1)
    wiener = torch.tensor([1.0, 0.95, 0.8, 0.5, 0.2, 0.01]).double().view(1, 6, 1, 1)
    gains = TileGains(gain.log(), wiener, steps)
    h = gain ** (1 / steps)
    z = torch.ones(1, 6, 1, 1, dtype=torch.float64)
    y = gains.estimate_y(z, z, torch.full((steps,), p, dtype=torch.float64))
    for t in range(steps):
        if t > 0:
            y = (y - (1 - p) * z) / p
            z = (z - (1 - p) * y) / p
        y = y + (1 - h) / h * z
        z = z + (1 - h) * y
    assert torch.allclose(z, wiener / gain, rtol=1e-9)


def learned() -> LinearGains:
    gains = LinearGains(torch.tensor([0, 1, 1, 2]), 4)
    with torch.no_grad():
        gains.log_gain.copy_(torch.tensor([-1.0, -3.0, -2.0]))
        gains.exponent.copy_(torch.tensor([0.5, 0.4, 1.0]))
        gains.log_spread.copy_(torch.tensor([0.0, 0.5, -0.5]))
    return gains


def sizes() -> tuple[Tensor, Tensor, Tensor]:
    """log size (2, 4, 3, 3), log step and scale (2, 1, 1, 1)."""
    generator = torch.Generator().manual_seed(1)
    log_size = 2 * torch.randn(2, 4, 3, 3, generator=generator)
    column = (2, 1, 1, 1)
    return log_size, torch.tensor([-4.0, -5.0]).view(column), torch.tensor([0.5, 3.0]).view(column)


def test_gain_is_a_power_of_the_expected_size_between_floor_and_ceiling() -> None:
    gains, (log_size, log_step, scale) = learned(), sizes()
    found = gains(log_size, log_step, scale).gain(4).detach()
    for i, channel, row, column in torch.cartesian_prod(
        *map(torch.arange, log_size.shape)
    ).tolist():
        band = [0, 1, 1, 2][channel]
        u, b = float(gains.log_gain[band]), float(gains.exponent[band])
        size = math.exp(float(log_size[i, channel, row, column]))
        expected = min(max(math.exp(u) * size**-b, GAIN_FLOOR), GAIN_CEILING)
        assert float(found[i, channel, row, column]) == pytest.approx(expected, rel=1e-4)
    assert float(found.max()) == pytest.approx(GAIN_CEILING)


def test_wiener_is_payload_over_payload_and_noise() -> None:
    gains, (log_size, log_step, scale) = learned(), sizes()
    found = gains(log_size, log_step, scale)
    spread = gains.log_spread[gains.bands].view(1, 4, 1, 1)
    payload = scale * found.gain(4) * (log_size + log_step + spread).exp()
    expected = payload.square() / (payload.square() + NOISE**2)
    assert torch.allclose(found.wiener, expected, atol=1e-5)
    # Neither step nor scale moves a gain: the sender does not know the scale before.
    other = gains(log_size, log_step + 1, 2 * scale)
    assert torch.equal(other.log_gain, found.log_gain)


def test_shares_of_the_gain_multiply_to_it() -> None:
    log_size, log_step, scale = sizes()
    found = learned()(log_size, log_step, scale)
    assert torch.allclose(found.gain(1) ** 4, found.gain(4), rtol=1e-4)
    assert torch.equal(found.gain(0), torch.ones_like(log_size))


def test_sizes_alike_broadcast() -> None:
    zero = torch.zeros(1, 4, 1, 1)
    found = learned()(zero, zero[:, :1], torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1, 1))
    expected = torch.tensor([-1.0, -3.0, -3.0, -2.0]).exp().view(1, 4, 1, 1)
    assert torch.allclose(found.gain(4), expected, rtol=1e-5)
    assert found.wiener.shape == (3, 4, 1, 1)


def test_restart_goes_back_to_the_kept_start() -> None:
    gains = learned()
    gains.keep_start()
    before = [p.detach().clone() for p in gains.parameters()]
    copy = LinearGains(torch.tensor([0, 1, 1, 2]), 4)
    with torch.no_grad():
        for p in gains.parameters():
            p.add_(1)
    copy.load_state_dict(gains.state_dict())  # the start travels with the weights
    copy.restart()
    for p, value in zip(copy.parameters(), before, strict=True):
        assert torch.equal(p, value)
