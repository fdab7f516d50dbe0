"""The diffusion term: gradient of the energy of eq. 3, keyed kernels, adjoint structure."""

import math

import pytest
import torch
from torch import Tensor

from sshr.network.config import DiffusionConfig
from sshr.network.diffusion import DiffusionTerm
from sshr.network.reparam import correlate

KEY = torch.linspace(-1, 1, 8, dtype=torch.float64)[None]
DENSE = DiffusionConfig(filters=5, depthwise=False, key_hidden=6, radius=8.0, zero_mean=False)
DEPTHWISE = DiffusionConfig(filters=24, depthwise=True, key_hidden=6, radius=6.0, zero_mean=True)
BOTH = pytest.mark.parametrize("config", [DENSE, DEPTHWISE], ids=["dense", "depthwise"])


def make(config: DiffusionConfig) -> DiffusionTerm:
    term = DiffusionTerm(12, 8, config).double()
    with torch.no_grad():
        term.influence.weights.normal_()
    return term


def energy(term: DiffusionTerm, u: Tensor, radius: float) -> Tensor:
    """Eq. 3 with rho the closed-form integral of the 63 Gaussians."""
    width = 2 * radius / 62
    response = correlate(u, term.kernels(KEY), term.groups)
    assert float(response.detach().abs().max()) < radius  # rho is the integral only there
    total = torch.zeros((), dtype=torch.float64)
    for j in range(63):
        distance = (response - (-radius + j * width)) / (width * math.sqrt(2))
        rho = width * math.sqrt(math.pi / 2) * torch.erf(distance)
        total = total + (term.influence.weights[:, j, None, None] * rho).sum()
    return total


@BOTH
def test_term_is_the_gradient_of_the_energy(config: DiffusionConfig) -> None:
    term = make(config)
    u = torch.randn(1, 12, 10, 14, dtype=torch.float64).requires_grad_()
    (expected,) = torch.autograd.grad(energy(term, u, config.radius), u)
    moved = term(u, KEY).detach()
    # The table of phi is exact to 5e-4 of its weights.
    assert float((moved - expected).norm() / expected.norm()) < 1e-3

    direction = torch.randn(u.shape, dtype=torch.float64)
    step = 1e-4
    with torch.no_grad():
        up = energy(term, u + step * direction, config.radius)
        down = energy(term, u - step * direction, config.radius)
    slope = float(up - down) / (2 * step)
    assert float((moved * direction).sum()) == pytest.approx(slope, rel=5e-3, abs=0.05)


@BOTH
def test_a_small_step_lowers_the_energy(config: DiffusionConfig) -> None:
    term = make(config)
    u = torch.randn(1, 12, 10, 14, dtype=torch.float64)
    with torch.no_grad():
        before = energy(term, u, config.radius)
        after = energy(term, u - 1e-4 * term(u, KEY), config.radius)
    assert after < before


@BOTH
def test_keys_of_each_sample_are_applied_one_by_one(config: DiffusionConfig) -> None:
    term, u = make(config), torch.randn(3, 12, 10, 14, dtype=torch.float64)
    keys = torch.randn(3, 8, dtype=torch.float64)
    together = term(u, keys).detach()
    assert together.shape == u.shape
    for i in range(3):
        alone = term(u[i : i + 1], keys[i : i + 1]).detach()
        assert torch.allclose(together[i : i + 1], alone, atol=1e-10)
    for_all = term(u, keys[:1]).detach()
    assert torch.allclose(for_all[0], together[0], atol=1e-10)
    assert float((for_all[1] - together[1]).abs().max()) > 1e-3


def test_zero_mean_kernels_ignore_a_constant() -> None:
    keys = torch.randn(2, 8, dtype=torch.float64)
    assert float(make(DEPTHWISE).kernels(keys).mean((-3, -2, -1)).detach().abs().max()) < 1e-12
    assert float(make(DENSE).kernels(keys).mean((-3, -2, -1)).detach().abs().max()) > 1e-3


def test_a_straight_line_start_is_linear_and_a_flat_one_zero() -> None:
    u = 0.01 * torch.randn(1, 12, 8, 8)
    flat = DiffusionTerm(12, 8, DiffusionConfig(filters=4, depthwise=False, slope=0.0))
    assert not flat(u, KEY.float()).any()
    line = DiffusionTerm(12, 8, DiffusionConfig(filters=12, slope=0.1))
    moved = line(u, KEY.float())
    assert float(moved.detach().abs().max()) > 0
    assert torch.allclose(line(2 * u, KEY.float()), 2 * moved, atol=1e-5)
