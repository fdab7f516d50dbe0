"""Coupled diffusion goes back exactly with both latents, and grows what tells them apart."""

import torch
from torch import Tensor

from sshr.evaluation.methods.edict import MIXED, generate, invert

ALPHAS = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000).double() ** 2, 0)
START = torch.linspace(-2, 2, 48, dtype=torch.float64).view(1, 3, 4, 4)


def rough(latent: Tensor, time: int) -> Tensor:
    """Noise that one latent alone could not undo."""
    return torch.sin(40 * latent + time)


def test_both_latents_come_back_exactly_however_rough_the_noise() -> None:
    for steps in (10, 15, 50):
        there = invert((START, START), rough, ALPHAS, steps, 0.6)
        assert float((there[0] - there[1]).abs().max()) > 1
        back = generate(there, rough, ALPHAS, steps, 0.6)
        for one in back:
            assert torch.allclose(one, START, atol=1e-6)


def test_one_latent_taken_twice_does_not() -> None:
    there = generate((START, START), rough, ALPHAS, 10, 0.6)
    back = invert((there[0], there[0]), rough, ALPHAS, 10, 0.6)
    assert float((back[0] - START).abs().max()) > 0.1


def test_without_noise_the_difference_grows_by_the_mix_alone() -> None:
    apart = (START, START + 1e-3)

    def silent(latent: Tensor, time: int) -> Tensor:
        return torch.zeros_like(latent)

    there = invert(apart, silent, ALPHAS, 10, 0.5)
    scaled = (ALPHAS[400] / ALPHAS[0]).sqrt()
    found = float((there[1] - there[0]).mean() / scaled)
    assert abs(found / 1e-3 - MIXED ** (-2 * 5)) < 1e-6


def test_only_the_last_steps_are_taken_and_turns_change() -> None:
    asked: list[tuple[int, bool]] = []

    def watching(latent: Tensor, time: int) -> Tensor:
        asked.append((time, bool((latent > 5).all())))
        return torch.zeros_like(latent)

    pair = torch.zeros(1, 1, 2, 2).double(), torch.full((1, 1, 2, 2), 100.0).double()
    generate(pair, watching, ALPHAS, 5, 0.6)
    # The first asks what is seen in the second, and in the next step the other way round.
    assert [time for time, _ in asked] == [400, 400, 200, 200, 0, 0]
    there = invert(pair, rough, ALPHAS, 5, 0.0)
    assert there == pair
    assert asked[0][1]
    assert not asked[1][1]
