"""The keyed mix: orthonormal, invertible, and the Hartley transform written out."""

import math

import numpy as np
import pytest
import torch

from sshr.network.mix import Mix, hartley, random_mix

COUNTS = [16, 3 * 64 * 64, 3 * 64 * 80, 3 * 80 * 112, 3 * 256 * 256]


def hartley_matrix(count: int) -> np.ndarray:
    """cas(2 pi k n / N) / sqrt(N), cas = cos + sin."""
    angle = 2 * np.pi * np.outer(np.arange(count), np.arange(count)) / count
    return (np.cos(angle) + np.sin(angle)) / math.sqrt(count)


def make(count: int, seed: int = 1) -> Mix:
    return random_mix(count, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("count", COUNTS)
def test_norm_and_inverse(count: int) -> None:
    mix, x = make(count), torch.randn(2, count)
    mixed = mix.forward(x)
    assert mixed.shape == x.shape
    assert torch.allclose(mixed.double().norm(dim=1), x.double().norm(dim=1), rtol=1e-6)
    assert float((mix.inverse(mixed) - x).abs().max()) < 1e-5
    double = mix.forward(x.double())
    assert abs(float(double.norm() / x.double().norm()) - 1) < 1e-12
    assert float((mix.inverse(double) - x).abs().max()) < 1e-12
    assert float((mix.forward(mix.inverse(x.double())) - x).abs().max()) < 1e-12


@pytest.mark.parametrize("count", [16, 48, 768])
def test_the_whole_matrix_is_orthonormal_and_the_inverse_its_transpose(count: int) -> None:
    mix = make(count)
    eye = torch.eye(count, dtype=torch.float64)
    u = mix.forward(eye).T  # rows of the result are U e_i
    assert float((u @ u.T - eye).abs().max()) < 1e-12
    assert float((mix.inverse(eye).T - u.T).abs().max()) < 1e-12
    assert float((mix.forward(eye.float()).T - u).abs().max()) < 1e-6


def test_u_is_d2_h_p_d1() -> None:
    count = 48
    mix, x = make(count), torch.randn(1, count, dtype=torch.float64)
    flipped = x[0].numpy() * mix.inner.numpy()
    permuted = flipped[mix.permutation.numpy()]
    expected = (hartley_matrix(count) @ permuted) * mix.outer.numpy()
    assert np.abs(mix.forward(x)[0].numpy() - expected).max() < 1e-12


@pytest.mark.parametrize("count", [1, 2, 15, 16, 48, 768])
def test_hartley_is_its_definition_and_its_own_inverse(count: int) -> None:
    x = np.random.default_rng(count).normal(size=(2, count))
    result = hartley(torch.from_numpy(x))
    assert np.abs(result.numpy() - x @ hartley_matrix(count)).max() < 1e-12
    assert np.abs(hartley(result).numpy() - x).max() < 1e-12


@pytest.mark.parametrize("count", COUNTS)
def test_one_coefficient_is_spread_over_the_whole_tile(count: int) -> None:
    x = torch.zeros(1, count)
    x[0, count // 3] = 5.0
    mixed = make(count).forward(x)[0]
    assert float(mixed.abs().max()) <= 5 * math.sqrt(2 / count) * 1.0001
    quarters = mixed.view(4, -1).square().sum(1) / 25
    assert torch.allclose(quarters, torch.full((4,), 0.25), atol=0.05)


def test_a_mix_whitens_a_decaying_spectrum() -> None:
    count = 3 * 64 * 64
    x = torch.linspace(0, -9, count).exp()[None]  # five orders of magnitude of power
    parts = make(count).forward(x)[0].view(3, 16, -1).square().mean(2)
    assert float(parts.max() / parts.min()) < 10  # 7e7 before
    wild = make(count).forward(x)[0]
    kurtosis = float(wild.pow(4).mean() / wild.square().mean().square())
    assert 2 < kurtosis < 4  # 3 for a Gaussian


def test_random_mixes_are_what_mix_asks_for_and_differ() -> None:
    first, again, other = make(768), make(768), make(768, seed=2)
    assert torch.equal(first.permutation.sort().values, torch.arange(768))
    for signs in (first.inner, first.outer):
        assert torch.equal(signs.abs(), torch.ones(768))
        assert 300 < int((signs > 0).sum()) < 468
    assert torch.equal(first.permutation, again.permutation)
    assert torch.equal(first.outer, again.outer)
    assert not torch.equal(first.permutation, other.permutation)
    x = torch.randn(1, 768)
    wrong = other.inverse(first.forward(x))
    assert abs(float(torch.corrcoef(torch.cat([wrong, x]))[0, 1])) < 0.2


def test_shapes_and_gradients_pass_through() -> None:
    mix, x = make(12 * 8 * 10), torch.randn(2, 12, 8, 10, requires_grad=True)
    mixed = mix.forward(x)
    assert mixed.shape == x.shape
    wanted = torch.randn(x.shape)
    (gradient,) = torch.autograd.grad(mixed, x, wanted)
    assert torch.allclose(gradient, mix.inverse(wanted), atol=1e-6)
