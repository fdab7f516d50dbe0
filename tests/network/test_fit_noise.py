"""The noise that a closed-form network expects of rounding, and the payload that fits beside it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from sshr.network.bank import FrequencyRows
from sshr.network.config import ModelConfig
from sshr.network.exact import ExactSteps
from sshr.network.model import SshrNet
from sshr.network.sizes import ring_sizes
from sshr.network.transform import Transform
from sshr.rounding.kernels import ROUNDING


@pytest.fixture
def make(
    exact_config: Callable[..., ModelConfig], fitted: Callable[..., SshrNet]
) -> Callable[..., SshrNet]:
    return lambda **changes: fitted(exact_config(**changes))


def test_a_set_spectrum_has_the_mean_log_of_white_noise(
    exact_config: Callable[..., ModelConfig],
) -> None:
    body = ExactSteps(exact_config(), Transform("haar:1", "opponent"))
    assert float(body.noise_power) == pytest.approx(ROUNDING)
    body.shares[3] = 0  # an empty ring
    reached = body.set_noise(torch.linspace(-3, 3, 8, dtype=torch.float64))
    shares = body.shares.double()
    for spectrum in (body.log_target, reached):
        assert float((spectrum * shares).sum() / shares.sum()) == pytest.approx(0, abs=0.1)
    assert bool((reached.diff()[[0, 1, 4, 5, 6]] > 0).all())
    noise = float((shares * reached.exp()).sum() / shares.sum())
    assert body.noise_power == pytest.approx(noise * ROUNDING)
    assert noise > 1
    # However steep, no ring is asked to be quieter than fp32 and the edges allow.
    body.set_noise(torch.linspace(-90, 3, 8, dtype=torch.float64))
    assert float(body.log_target.min()) >= -4.6001
    assert bool(torch.isfinite(body.log_noise).all())


@pytest.mark.parametrize(
    "changes", [{"mixed": True}, {}, {"bank": "block", "shaping": 0.0, "ranked": False}]
)
def test_rounding_noise_has_the_power_and_spectrum_it_says(
    changes: dict[str, Any], make: Callable[..., SshrNet]
) -> None:
    net = make(**changes)
    body = net.body
    assert isinstance(body, ExactSteps)
    reference = torch.full((4, 3, 64, 80), 0.5)  # flat: the same strength everywhere
    noise = net.rounding_noise(reference, torch.Generator().manual_seed(1))
    assert noise.shape == reference.shape
    count = noise.numel()
    found = float(noise.double().square().mean())
    # Powers differ between rings, so fewer samples count in full: a generous bound.
    assert found == pytest.approx(body.noise_power, rel=7 * (20 / count) ** 0.5)
    again = net.rounding_noise(reference, torch.Generator().manual_seed(1))
    assert torch.equal(noise, again)
    if not net.config.exact.shaping:
        return
    bank = FrequencyRows(body.shares.tolist())
    row = bank.row(Transform("haar:1", "opponent").planes(noise + net.transform.mean))
    parts = row.split(ring_sizes((64, 80), body.shares.tolist()), dim=1)
    for part, log_power in zip(parts, body.log_noise.tolist(), strict=True):
        if part.shape[1]:
            power = float(part.double().square().mean()) / ROUNDING
            bound = 7 * (2 / part.numel()) ** 0.5
            assert power == pytest.approx(torch.tensor(log_power).exp().item(), rel=bound + 0.01)


def test_rounding_noise_is_alike_in_quiet_and_busy_places(make: Callable[..., SshrNet]) -> None:
    """Every sample is rounded by as much, however strongly the place may change."""
    net = make()
    reference = torch.full((8, 3, 64, 96), 0.5)
    reference[..., 48:] += 0.1 * torch.randn(8, 3, 64, 48)
    strength = net.strength(reference)
    assert float(strength[..., 60:84].mean()) > 1.4 * float(strength[..., 12:36].mean())
    noise = net.rounding_noise(reference, torch.Generator().manual_seed(1)).double()
    quiet, busy = noise[..., 12:36].square().mean(), noise[..., 60:84].square().mean()
    assert float(busy / quiet) == pytest.approx(1, abs=0.2)
    # What shaping sees is the error by strength: that is what is quiet in the lowest ring.
    bank = FrequencyRows(net.body.shares.tolist())
    row = bank.row(net.transform.planes(noise + net.transform.mean) / strength)
    lowest = row[:, : ring_sizes((64, 96), net.body.shares.tolist())[0]]
    assert float(lowest.square().mean() / row.square().mean()) < 0.1


@pytest.mark.parametrize("asked", [20.0, 41.1, 48.0, 60.0])
def test_the_payload_has_the_power_that_is_left_beside_the_noise(
    asked: float,
    make: Callable[..., SshrNet],
    pictures: Callable[..., Tensor],
    key: Callable[..., Tensor],
    decibels: Callable[[Tensor, Tensor], Tensor],
    mix_for: Callable,
) -> None:
    net = make(mixed=True, stego_psnr=asked, headroom=0.0)
    body, reference = net.body, pictures(1, seed=2)
    assert isinstance(body, ExactSteps)
    if asked < 50:
        assert body.payload_power + body.noise_power == pytest.approx(10 ** (-asked / 10))
    else:  # 8 bits cannot be that good: as little as rounding itself
        assert body.payload_power == pytest.approx(ROUNDING)
    stego, _ = net.conceal(pictures(1, seed=1), reference, key(), mix_for(net, reference))
    found = 10 ** (-float(decibels(stego, reference)) / 10)
    assert found == pytest.approx(body.payload_power, rel=0.05)
