"""Deterministic diffusion and its inversion (DDIM), as CRoSS (Yu et al., NeurIPS 2023) uses them.

`alphas` are the cumulative products of the noise schedule, one for each time of training. The
inverse step takes the noise at the time that it leads to, so it undoes a step only nearly.
"""

from collections.abc import Callable

from torch import Tensor

Noise = Callable[[Tensor, int], Tensor]
"""The noise that a network under some prompt sees in a latent at a time."""


def times(alphas: Tensor, steps: int) -> list[int]:
    """Evenly spaced from 0 up."""
    return [i * (len(alphas) // steps) for i in range(steps)]


def sample(latent: Tensor, noise: Noise, alphas: Tensor, steps: int) -> Tensor:
    """From noise to a latent picture."""
    for now, before in spans(alphas, steps)[::-1]:
        latent = moved(latent, noise(latent, now), alphas[now], alphas[before])
    return latent


def invert(latent: Tensor, noise: Noise, alphas: Tensor, steps: int) -> Tensor:
    """From a latent picture to noise."""
    for now, before in spans(alphas, steps):
        latent = moved(latent, noise(latent, now), alphas[before], alphas[now])
    return latent


def spans(alphas: Tensor, steps: int) -> list[tuple[int, int]]:
    """Each time with the one before it; before the first there is none, so it is its own."""
    found = times(alphas, steps)
    return list(zip(found, [0, *found[:-1]], strict=True))


def moved(latent: Tensor, noise: Tensor, source: Tensor, target: Tensor) -> Tensor:
    """A latent at alpha `source` as it is at `target`, if this is the noise in it."""
    clean = (latent - (1 - source).sqrt() * noise) / source.sqrt()
    return target.sqrt() * clean + (1 - target).sqrt() * noise
