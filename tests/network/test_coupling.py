"""Eq. 12 and its exact inverse, eq. 14, whatever the step functions are."""

import functools
from collections.abc import Callable
from itertools import product

import pytest
import torch

from sshr.network.config import PaperConfig
from sshr.network.coupling import CoupledStep, Mixing, mix_pair, run, run_inverse, unmix_pair
from sshr.network.paper import StepFunction

DOUBLE = torch.float64


def network_steps(
    config: PaperConfig, steps: int, tied: bool, gates: Callable, dtype: torch.dtype
) -> list[CoupledStep]:
    """DT + lambda CRT with open gates; tied half-steps share one function."""
    made = []
    key = torch.linspace(-1, 1, config.key_dim, dtype=dtype)[None]
    for t in range(steps):
        guide = torch.randn(1, config.reaction.width, 12, 20, dtype=dtype)
        halves = []
        for _ in range(1 if tied else 2):
            function = StepFunction(12, config, first=t == 0)
            gates(function, 0.25)
            halves.append(functools.partial(function.to(dtype), guide=guide, k_sym=key))
        made.append(CoupledStep(halves[0], halves[-1]))
    return made


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (DOUBLE, 1e-9)])
@pytest.mark.parametrize(
    ("steps", "p", "tied"), list(product((1, 4, 8), (0.9, 0.97, 1.0), (True, False)))
)
@torch.no_grad()
def test_inverse_of_network_steps_is_exact(
    steps: int,
    p: float,
    tied: bool,
    dtype: torch.dtype,
    tolerance: float,
    paper_config: Callable[..., PaperConfig],
    open_gates: Callable,
) -> None:
    functions = network_steps(paper_config(), steps, tied, open_gates, dtype)
    weights = torch.full((steps,), p, dtype=dtype)
    start = 0.5 * torch.randn(1, 12, 12, 20, dtype=dtype)
    z, y = run(functions, start, start, weights)
    # The functions did something, differently to z and to y.
    assert float((z - start).abs().mean()) > 0.02
    assert float((z - y).abs().mean()) > 5e-3
    back_z, back_y = run_inverse(functions, z, y, weights)
    assert float((back_z - start).abs().max()) < tolerance
    assert float((back_y - start).abs().max()) < tolerance


def test_a_step_is_eq_12() -> None:
    z, y, p = torch.randn(3), torch.randn(3), torch.tensor(0.93)
    z1, y1 = CoupledStep(torch.sin, torch.cos).forward(z, y, p)
    z_mix = z - torch.sin(y)
    y_mix = y - torch.cos(z_mix)
    expected = 0.93 * z_mix + 0.07 * y_mix
    assert torch.allclose(z1, expected, atol=1e-6)
    assert torch.allclose(y1, 0.93 * y_mix + 0.07 * expected, atol=1e-6)


def test_every_step_uses_its_own_p() -> None:
    z, y = torch.randn(3, dtype=DOUBLE), torch.randn(3, dtype=DOUBLE)
    steps = [CoupledStep(torch.sin, torch.cos), CoupledStep(torch.tanh, torch.sin)]
    p = torch.tensor([0.9, 0.99], dtype=DOUBLE)
    after = steps[1].forward(*steps[0].forward(z, y, p[0]), p[1])
    assert torch.equal(torch.stack(run(steps, z, y, p)), torch.stack(after))
    back = run_inverse(steps, *after, p)
    assert torch.allclose(torch.stack(back), torch.stack([z, y]), atol=1e-12)
    swapped = run_inverse(steps, *after, p.flip(0))
    assert float((swapped[0] - z).abs().max()) > 1e-3
    with pytest.raises(ValueError, match="shorter"):
        run(steps, z, y, p[:1])


@pytest.mark.parametrize("p", [0.9, 0.97, 1.0])
def test_unmixing_stretches_the_mismatch_by_p_to_the_minus_two(p: float) -> None:
    z, y, weight = torch.randn(5, dtype=DOUBLE), torch.randn(5, dtype=DOUBLE), torch.tensor(p)
    z1, y1 = unmix_pair(z, y, weight.double())
    assert torch.allclose(y1 - z1, (y - z) / p**2, atol=1e-6)
    again = mix_pair(z1, y1, weight.double())
    assert torch.allclose(torch.stack(again), torch.stack([z, y]), atol=1e-12)
    same = unmix_pair(z, z, weight.double())
    assert torch.allclose(torch.stack(same), torch.stack([z, z]), atol=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 4, 8, 16, 40])
def test_learned_p_stays_where_unmixing_is_at_most_threefold(steps: int) -> None:
    mixing = Mixing(0.97, steps)
    floor = max(0.9, 3 ** (-1 / (2 * steps)))
    assert torch.allclose(mixing(), torch.full((steps,), max(0.97, floor)), atol=1e-4)
    with torch.no_grad():
        mixing.theta.copy_(torch.linspace(-30, 30, steps) if steps > 1 else torch.tensor([-30.0]))
    p = mixing().detach().double()
    assert float(p.min()) == pytest.approx(floor, abs=1e-6)
    assert float(p.max()) <= 1.0
    assert float((1 / p.square()).prod()) <= 3 + 1e-4


def test_p_of_one_is_fixed_and_others_learn() -> None:
    fixed, free = Mixing(1.0, 3), Mixing(0.95, 3)
    assert torch.equal(fixed(), torch.ones(3))
    assert not fixed.theta.requires_grad
    free().sum().backward()
    assert free.theta.grad is not None
    assert bool((free.theta.grad > 0).all())
