"""Coupled diffusion and its exact inversion (EDICT, Wallace et al., CVPR 2023).

Two latents take turns: each is moved by the noise seen in the other, and then both are mixed. Going
back with both latents undoes every step exactly, whatever the network; with one of them, taken
twice, only nearly. Which of them moves first changes from step to step.
"""

from collections.abc import Iterator

from torch import Tensor

from sshr.evaluation.methods.ddim import Noise, moved, spans

Coupled = tuple[Tensor, Tensor]

MIXED = 0.93
"""p: so much of a latent stays in the mix."""


def generate(pair: Coupled, noise: Noise, alphas: Tensor, steps: int, strength: float) -> Coupled:
    """From noise to latents.

    Args:
        strength: share of the steps that are taken, the last ones.
    """
    both = list(pair)
    for (now, before), order in _turns(alphas, steps, strength):
        for own in order:
            both[own] = moved(both[own], noise(both[1 - own], now), alphas[now], alphas[before])
        both[0] = MIXED * both[0] + (1 - MIXED) * both[1]
        both[1] = MIXED * both[1] + (1 - MIXED) * both[0]
    return both[0], both[1]


def invert(pair: Coupled, noise: Noise, alphas: Tensor, steps: int, strength: float) -> Coupled:
    """From latents to noise: the inverse of `generate` with the same noise."""
    both = list(pair)
    for (now, before), order in reversed(list(_turns(alphas, steps, strength))):
        both[1] = (both[1] - (1 - MIXED) * both[0]) / MIXED
        both[0] = (both[0] - (1 - MIXED) * both[1]) / MIXED
        for own in reversed(order):
            both[own] = moved(both[own], noise(both[1 - own], now), alphas[before], alphas[now])
    return both[0], both[1]


def _turns(
    alphas: Tensor, steps: int, strength: float
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """The spans of time as they are generated, each with who moves first."""
    taken = spans(alphas, steps)[: int(steps * strength)][::-1]
    for number, span in enumerate(taken):
        yield span, (1, 0) if number % 2 else (0, 1)
