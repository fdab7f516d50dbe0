"""Eq. 12 and its exact inverse, eq. 14, whatever the step functions are."""

from collections.abc import Callable
from itertools import product

import pytest
import torch
from torch import Tensor

from sshr.network.coupling import (
    CoupledStep,
    Mixing,
    in_order,
    mix_pair,
    run,
    run_inverse,
    unmix_pair,
)

DOUBLE = torch.float64


def random_functions(count: int, dtype: torch.dtype) -> list[Callable[[Tensor], Tensor]]:
    """Smooth functions that mix the entries of (8,) vectors; none is invertible."""
    generator = torch.Generator().manual_seed(count)
    made = []
    for _ in range(count):
        first, second = torch.randn(2, 8, 8, generator=generator, dtype=DOUBLE).to(dtype)
        made.append(lambda u, a=first, b=second: 0.4 * torch.tanh(u @ a) @ b.mT)
    return made


@pytest.mark.parametrize("order", ["alternate", "z-first"])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_steps_are_eq_12_with_one_function_for_both_halves(steps: int, order: str) -> None:
    functions, p = random_functions(steps, DOUBLE), [0.93, 0.97, 0.9][:steps]
    z, y = torch.randn(2, 5, 8, dtype=DOUBLE)
    found = run(in_order(functions, p, order), z, y)
    for t, (f, weight) in enumerate(zip(functions, p, strict=True)):
        if order == "alternate" and t % 2 == 1:  # y moves first in even steps
            y_mix = y - f(z)
            z_mix = z - f(y_mix)
            y = weight * y_mix + (1 - weight) * z_mix
            z = weight * z_mix + (1 - weight) * y
        else:
            z_mix = z - f(y)
            y_mix = y - f(z_mix)
            z = weight * z_mix + (1 - weight) * y_mix
            y = weight * y_mix + (1 - weight) * z
    assert torch.allclose(found[0], z, atol=1e-12)
    assert torch.allclose(found[1], y, atol=1e-12)


@pytest.mark.parametrize("order", ["alternate", "z-first"])
def test_the_inverse_is_eq_14_written_out(order: str) -> None:
    functions, p = random_functions(2, DOUBLE), [0.93, 0.97]
    z, y = torch.randn(2, 5, 8, dtype=DOUBLE)
    found = run_inverse(in_order(functions, p, order), z, y)
    for t in (1, 0):
        f, weight = functions[t], p[t]
        if order == "alternate" and t == 1:
            z, y = y, z
        y_mix = (y - (1 - weight) * z) / weight
        z_mix = (z - (1 - weight) * y_mix) / weight
        y = y_mix + f(z_mix)
        z = z_mix + f(y)
        if order == "alternate" and t == 1:
            z, y = y, z
    assert torch.allclose(found[0], z, atol=1e-12)
    assert torch.allclose(found[1], y, atol=1e-12)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (DOUBLE, 1e-12)])
@pytest.mark.parametrize(
    ("steps", "p", "order"), list(product((1, 2, 4, 8), (0.9, 0.97, 1.0), ("alternate", "z-first")))
)
def test_the_inverse_is_exact_with_the_true_pair(
    steps: int, p: float, order: str, dtype: torch.dtype, tolerance: float
) -> None:
    coupled = in_order(random_functions(steps, dtype), [p] * steps, order)
    start = 0.5 * torch.randn(2, 5, 8, dtype=dtype)
    z, y = run(coupled, *start)
    assert float((z - start[0]).abs().mean()) > 0.1
    assert float((z - y).abs().mean()) > 0.05
    back = run_inverse(coupled, z, y)
    size = 1 + float(torch.stack([z, y]).abs().max())
    assert float((torch.stack(back) - start).abs().max()) < tolerance * size
    # z alone is not enough: y_T := z_T is another pair.
    alone = run_inverse(coupled, z, z)
    assert float((alone[0] - start[0]).abs().max()) > 0.01


def test_order_decides_which_state_moves_first() -> None:
    functions, p = random_functions(3, DOUBLE), [1.0] * 3
    assert [step.y_first for step in in_order(functions, p, "alternate")] == [False, True, False]
    assert [step.y_first for step in in_order(functions, p, "z-first")] == [False] * 3
    with pytest.raises(ValueError, match="shorter"):
        in_order(functions, p[:2], "alternate")
    z, y = torch.randn(2, 8, dtype=DOUBLE)
    swapped = CoupledStep(functions[0], 0.95, True).forward(z, y)
    mirrored = CoupledStep(functions[0], 0.95).forward(y, z)
    assert torch.equal(torch.stack(swapped), torch.stack(mirrored[::-1]))


def test_whoever_watches_sees_z_after_every_step() -> None:
    coupled = in_order(random_functions(3, DOUBLE), [0.95] * 3, "alternate")
    z, y = torch.randn(2, 8, dtype=DOUBLE)
    there: list[Tensor] = []
    back: list[Tensor] = []
    end = run(coupled, z, y, there.append)
    run_inverse(coupled, *end, back.append)
    assert len(there) == len(back) == 3
    assert torch.equal(there[-1], end[0])
    expected = torch.stack([*there[1::-1], z])
    assert torch.allclose(torch.stack(back), expected, atol=1e-12)


@pytest.mark.parametrize("p", [0.9, 0.97, 1.0])
def test_unmixing_stretches_the_mismatch_by_p_to_the_minus_two(p: float) -> None:
    z, y = torch.randn(2, 5, dtype=DOUBLE)
    z1, y1 = unmix_pair(z, y, p)
    assert torch.allclose(y1 - z1, (y - z) / p**2, atol=1e-12)
    assert torch.allclose(torch.stack(mix_pair(z1, y1, p)), torch.stack([z, y]), atol=1e-12)
    assert torch.allclose(torch.stack(unmix_pair(z, z, p)), torch.stack([z, z]), atol=1e-12)


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
