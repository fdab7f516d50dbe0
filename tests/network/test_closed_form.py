"""Pairs of steps that end with z = y: their result, its reveal from z alone, further steps."""

import pytest
import torch
from torch import Tensor

from sshr.network.closed_form import linear_pair, nonlinear_pair
from sshr.network.coupling import Function, in_order, run, run_inverse

DOUBLE = torch.float64
GAINS = torch.logspace(-2.4, -0.046, 60, dtype=DOUBLE)  # 0.004 to 0.9
MIXING = pytest.mark.parametrize("p", [0.9, 0.97, 1.0])


def state(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def nothing(u: Tensor) -> Tensor:
    return torch.zeros_like(u)


class Invertible:
    """H(u)_i = u_i exp(a_i) with a_i made of the entries before i, as a triangular map."""

    def __init__(self, seed: int, count: int) -> None:
        self.weights = state(seed, count, count).tril(-1) / count**0.5

    def _gain(self, known: Tensor) -> Tensor:
        return torch.tanh(known @ self.weights.mT).exp()

    def __call__(self, u: Tensor) -> Tensor:
        return u * self._gain(u)

    def inverse(self, v: Tensor) -> Tensor:
        u = torch.zeros_like(v)
        for i in range(v.shape[-1]):
            u[..., i] = (v / self._gain(u))[..., i]
        return u


def close(found: Tensor, expected: Tensor, tolerance: float = 1e-10) -> None:
    assert float((found - expected).abs().max()) < tolerance * (1 + float(expected.abs().max()))


@MIXING
@pytest.mark.parametrize("steps", [2, 3])
def test_a_linear_pair_ends_with_both_states_at_gain_times_s_plus_target(
    p: float, steps: int
) -> None:
    s, target = state(1, 5, 60), state(2, 5, 60)
    functions: list[Function] = [*linear_pair(GAINS, target, p), nothing][:steps]
    coupled = in_order(functions, [p] * steps, "alternate")
    z, y = run(coupled, s, s)
    close(z, GAINS * s + target)
    close(y, z)
    back = run_inverse(coupled, z, z)
    # The reveal divides by the gain, and rounding with it.
    close(back[0], s, 1e-8)
    close(back[1], s, 1e-8)


@MIXING
def test_two_pairs_follow_each_other(p: float) -> None:
    s, target, other = state(1, 60), state(2, 60), state(3, 60)
    functions = [*linear_pair(GAINS, target, p), *linear_pair(0.5 + 0 * GAINS, other, p)]
    coupled = in_order(functions, [p] * 4, "alternate")
    z, y = run(coupled, s, s)
    close(z, 0.5 * (GAINS * s + target) + other)
    close(y, z)
    close(run_inverse(coupled, z, z)[0], s, 1e-8)


@pytest.mark.parametrize("steps", [2, 3, 4])
def test_a_nonlinear_pair_ends_with_h_applied_twice(steps: int) -> None:
    h, s = Invertible(4, 12), state(1, 5, 12)
    assert float((h.inverse(h(s)) - s).abs().max()) < 1e-12
    functions: list[Function] = [*nonlinear_pair(h, h.inverse), nothing]
    expected = h(h(s))
    if steps == 4:
        gain, target = GAINS[::5], state(2, 5, 12)
        functions[2:] = linear_pair(gain, target)
        expected = gain * expected + target
    coupled = in_order(functions[:steps], [1.0] * steps, "alternate")
    z, y = run(coupled, s, s)
    assert float((h(s) - s).abs().mean()) > 0.1
    close(z, expected)
    close(y, z)
    close(run_inverse(coupled, z, z)[0], s, 1e-8)


@pytest.mark.parametrize("p", [0.97, 1.0])
def test_with_z_first_in_every_step_the_states_differ(p: float) -> None:
    """Alternating is what makes the closed form: z first throughout ends elsewhere."""
    s, target = state(1, 60), state(2, 60)
    coupled = in_order(linear_pair(GAINS, target, p), [p, p], "z-first")
    z, y = run(coupled, s, s)
    assert float((z - y).abs().mean()) > 0.1
    assert float((run_inverse(coupled, z, z)[0] - s).abs().mean()) > 0.1
    h = Invertible(4, 12)
    coupled = in_order(nonlinear_pair(h, h.inverse), [1.0, 1.0], "z-first")
    z, y = run(coupled, s[:12], s[:12])
    assert float((z - y).abs().mean()) > 0.1


def test_mixing_breaks_a_nonlinear_pair() -> None:
    h, s = Invertible(4, 12), state(1, 5, 12)
    z, y = run(in_order(nonlinear_pair(h, h.inverse), [0.9, 0.9], "alternate"), s, s)
    assert float((z - y).abs().mean()) > 0.01


@MIXING
def test_single_precision_is_as_good_as_its_rounding_allows(p: float) -> None:
    s, target, gain = state(1, 60).float(), state(2, 60).float(), GAINS.float()
    coupled = in_order(linear_pair(gain, target, p), [p, p], "alternate")
    z, y = run(coupled, s, s)
    assert z.dtype == torch.float32
    # Between the steps the smallest gain, 0.004, divides by its root: rounding counts 16 times.
    close(z.double(), gain.double() * s + target, 2e-5)
    close(y, z, 2e-5)
    error = (run_inverse(coupled, z, z)[0] - s).abs() * gain
    assert float(error.max()) < 5e-5


def test_no_state_is_larger_than_the_secret() -> None:
    s = state(1, 60)
    seen: list[Tensor] = []
    run(in_order(linear_pair(GAINS, 0.0), [1.0, 1.0], "alternate"), s, s, seen.append)
    assert all(bool((z.abs() <= s.abs() + 1e-12).all()) for z in seen)


def test_gradients_reach_gain_and_target() -> None:
    gain, target = GAINS.clone().requires_grad_(), state(2, 60).requires_grad_()
    s = state(1, 60)
    z, _ = run(in_order(linear_pair(gain, target), [1.0, 1.0], "alternate"), s, s)
    to_gain, to_target = torch.autograd.grad(z.sum(), (gain, target))
    close(to_gain, s, 1e-9)
    close(to_target, torch.ones(60, dtype=DOUBLE), 1e-9)
