"""The deterministic process is its formula, and its inverse undoes it as far as noise is smooth."""

import torch
from torch import Tensor

from sshr.evaluation.methods.ddim import invert, sample, times

ALPHAS = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000).double() ** 2, 0)


def test_times_are_evenly_spaced_from_zero() -> None:
    assert times(ALPHAS, 50)[:3] == [0, 20, 40]
    assert times(ALPHAS, 50)[-1] == 980


def constant(latent: Tensor, time: int) -> Tensor:
    return torch.full_like(latent, 0.5)


def test_noise_that_stays_the_same_is_undone_exactly() -> None:
    latent = torch.linspace(-2, 2, 48, dtype=torch.float64).view(1, 3, 4, 4)
    noise = invert(latent, constant, ALPHAS, 50)
    # With constant noise every step keeps the clean part, so the end is one step from the start.
    clean = (latent - (1 - ALPHAS[0]).sqrt() * 0.5) / ALPHAS[0].sqrt()
    assert torch.allclose(noise, ALPHAS[980].sqrt() * clean + (1 - ALPHAS[980]).sqrt() * 0.5)
    assert torch.allclose(sample(noise, constant, ALPHAS, 50), latent)


def test_noise_is_asked_for_at_the_time_that_a_step_leads_to() -> None:
    asked: list[int] = []

    def noise(latent: Tensor, time: int) -> Tensor:
        asked.append(time)
        return torch.zeros_like(latent)

    invert(torch.zeros(1, 1, 2, 2), noise, ALPHAS.float(), 5)
    sample(torch.zeros(1, 1, 2, 2), noise, ALPHAS.float(), 5)
    assert asked == [0, 200, 400, 600, 800, 800, 600, 400, 200, 0]


def test_smooth_noise_is_nearly_undone_and_more_steps_come_nearer() -> None:
    latent = torch.linspace(-2, 2, 48, dtype=torch.float64).view(1, 3, 4, 4)

    def smooth(latent: Tensor, time: int) -> Tensor:
        return 0.3 * torch.tanh(latent)

    errors = [
        float((sample(invert(latent, smooth, ALPHAS, n), smooth, ALPHAS, n) - latent).abs().max())
        for n in (10, 50, 250)
    ]
    assert errors[0] > errors[1] > errors[2] > 0
    assert errors[2] < 0.02
