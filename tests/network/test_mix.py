"""The keyed mix: orthonormal, invertible, within groups, and Gaussian-like whatever goes in."""

import math

import numpy as np
import pytest
import torch

from sshr.network.mix import Mix, hartley, no_mix, random_mix

DOUBLE = torch.float64
CPU = torch.device("cpu")
SIZES = [[16], [1, 2, 0, 3, 42], [48, 720], [5, 0, 1000, 3000], [7, 3 * 64 * 64]]


def make(sizes: list[int], seed: int = 1) -> Mix:
    return random_mix(sizes, torch.Generator().manual_seed(seed), CPU)


def hartley_matrix(count: int) -> np.ndarray:
    """cas(2 pi k n / N) / sqrt(N), cas = cos + sin."""
    angle = 2 * np.pi * np.outer(np.arange(count), np.arange(count)) / count
    return (np.cos(angle) + np.sin(angle)) / math.sqrt(count)


@pytest.mark.parametrize("sizes", SIZES)
def test_norm_and_inverse(sizes: list[int]) -> None:
    mix, x = make(sizes), torch.randn(2, sum(sizes))
    mixed = mix.forward(x, sizes)
    assert mixed.shape == x.shape
    assert float((mix.inverse(mixed, sizes) - x).abs().max()) < 1e-5
    double = mix.forward(x.double(), sizes)
    assert abs(float(double.norm() / x.double().norm()) - 1) < 1e-12
    assert float((mix.inverse(double, sizes) - x).abs().max()) < 1e-12
    assert float((mix.forward(mix.inverse(x.double(), sizes), sizes) - x).abs().max()) < 1e-12


@pytest.mark.parametrize("sizes", SIZES[:3])
def test_the_whole_matrix_is_orthonormal_and_the_inverse_its_transpose(sizes: list[int]) -> None:
    mix, eye = make(sizes), torch.eye(sum(sizes), dtype=DOUBLE)
    u = mix.forward(eye, sizes).T  # rows of the result are U e_i
    assert float((u @ u.T - eye).abs().max()) < 1e-12
    assert float((mix.inverse(eye, sizes).T - u.T).abs().max()) < 1e-12


def test_u_is_d3_h_d2_h_p_d1_in_a_large_group_and_goes_on_to_d9_in_a_small_one() -> None:
    sizes = [5, 0, 143]
    mix, x = make(sizes), torch.randn(1, 148, dtype=DOUBLE)
    first, *later = mix.signs.numpy()
    expected = (x[0].numpy() * first)[mix.permutation.numpy()]
    for part, rounds in ((slice(0, 5), 8), (slice(5, 148), 2)):
        matrix = hartley_matrix(part.stop - part.start)
        for signs in later[:rounds]:
            expected[part] = matrix @ expected[part] * signs[part]
    assert np.abs(mix.forward(x, sizes)[0].numpy() - expected).max() < 1e-12


def test_groups_are_not_mixed_with_each_other() -> None:
    sizes, x = [100, 50, 300], torch.zeros(1, 450, dtype=DOUBLE)
    x[:, 100:150] = torch.randn(50, dtype=DOUBLE)
    for moved in (make(sizes).forward(x, sizes), make(sizes).inverse(x, sizes)):
        assert not moved[:, :100].any()
        assert not moved[:, 150:].any()
        assert bool((moved[:, 100:150] != 0).all())


@pytest.mark.parametrize("count", [1, 2, 15, 16, 48, 769])
def test_hartley_is_its_definition_and_its_own_inverse(count: int) -> None:
    x = np.random.default_rng(count).normal(size=(2, count))
    result = hartley(torch.from_numpy(x))
    assert np.abs(result.numpy() - x @ hartley_matrix(count)).max() < 1e-12
    assert np.abs(hartley(result).numpy() - x).max() < 1e-12


@pytest.mark.parametrize("count", [2000, 3 * 64 * 64])
@pytest.mark.parametrize("loud", [1, 5])
def test_a_few_loud_coefficients_come_out_like_noise(count: int, loud: int) -> None:
    x = torch.zeros(1, count, dtype=DOUBLE)
    x[0, torch.arange(loud) * (count // 7) + count // 3] = math.sqrt(count / loud)
    mixed = make([count]).forward(x, [count])[0]
    kurtosis = float(mixed.pow(4).mean() / mixed.square().mean().square())
    # 3 for a Gaussian, with a deviation of sqrt(24 / count) = 0.11 at most; the input has
    # count / loud, and one transform alone would leave 1.5.
    assert abs(kurtosis - 3) < 0.8
    assert abs(float(mixed.mean())) < 7 / math.sqrt(count)
    quarters = mixed.view(4, -1).square().mean(1)
    assert float((quarters - 1).abs().max()) < 7 * math.sqrt(8 / count)
    below = (mixed < 1).double().mean()
    assert abs(float(below) - 0.8413) < 7 * 0.37 / math.sqrt(count)


def test_white_noise_stays_white() -> None:
    count = 5000
    noise = torch.randn(1, count, dtype=DOUBLE)
    mixed = make([count]).inverse(noise, [count])
    pair = torch.corrcoef(torch.cat([mixed, noise]))
    assert abs(float(pair[0, 1])) < 7 / math.sqrt(count)
    parts = mixed.view(10, -1).square().mean(1)
    assert float((parts - 1).abs().max()) < 7 * math.sqrt(20 / count)


def test_random_mixes_are_what_mix_asks_for_and_differ() -> None:
    sizes = [68, 0, 700]
    first, again, other = make(sizes), make(sizes), make(sizes, seed=2)
    assert torch.equal(first.permutation[:68].sort().values, torch.arange(68))
    assert torch.equal(first.permutation[68:].sort().values, torch.arange(68, 768))
    assert first.signs.shape == (9, 768)
    assert torch.equal(first.signs.abs(), torch.ones(9, 768))
    assert all(280 < int((signs > 0).sum()) < 488 for signs in first.signs)
    assert first.filler.shape == (768,)
    assert 0.7 < float(first.filler.square().mean()) < 1.4
    for name in ("permutation", "signs", "filler"):
        assert torch.equal(getattr(first, name), getattr(again, name))
        assert not torch.equal(getattr(first, name), getattr(other, name))
    x = torch.randn(1, 768)
    wrong = other.inverse(first.forward(x, sizes), sizes)
    assert abs(float(torch.corrcoef(torch.cat([wrong, x]))[0, 1])) < 7 / math.sqrt(768)


def test_no_mix_is_the_identity_up_to_its_own_transforms() -> None:
    sizes, x = [5, 0, 43], torch.randn(2, 48, dtype=DOUBLE)
    mix = no_mix(48, CPU)
    assert torch.allclose(mix.forward(x, sizes), x, atol=1e-12)  # Hartley undoes itself
    assert torch.allclose(mix.inverse(x, sizes), x, atol=1e-12)
    assert not mix.filler.any()


def test_gradients_pass_through() -> None:
    sizes, x = [60, 900], torch.randn(2, 960, requires_grad=True)
    mix, wanted = make(sizes), torch.randn(2, 960)
    (gradient,) = torch.autograd.grad(mix.forward(x, sizes), x, wanted)
    assert torch.allclose(gradient, mix.inverse(wanted, sizes), atol=1e-5)
