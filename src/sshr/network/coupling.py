"""Coupled steps with mixing and their exact inverse (paper eq. 10-14).

A step is two half-steps, z <- z - F(y) and y <- y - G(z), followed by the mixing of eq. 12. The
half-steps alternate in time exactly as eq. 12 prints them and the inverse replays them backwards.
With the true pair (z_T, y_T) the inverse is exact whatever F and G are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class CoupledStep:
    """F acts on y and moves z; G acts on the new z and moves y. Eq. 12 has F = G."""

    f: Function
    g: Function

    def forward(self, z: Tensor, y: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
        """Eq. 12, one step."""
        z = z - self.f(y)
        y = y - self.g(z)
        return mix_pair(z, y, p)

    def inverse(self, z: Tensor, y: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
        """Eq. 14, one step."""
        z, y = unmix_pair(z, y, p)
        y = y + self.g(z)
        z = z + self.f(y)
        return z, y


def mix_pair(z: Tensor, y: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """Eq. 11 applied to z, then to y with the new z, as in eq. 12."""
    z = p * z + (1 - p) * y
    y = p * y + (1 - p) * z
    return z, y


def unmix_pair(z: Tensor, y: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """Eq. 13, inverse of `mix_pair`; stretches y - z by 1 / p^2."""
    y = (y - (1 - p) * z) / p
    z = (z - (1 - p) * y) / p
    return z, y


def run(steps: Sequence[CoupledStep], z: Tensor, y: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """All steps of the conceal process; p (steps,)."""
    for step, weight in zip(steps, p, strict=True):
        z, y = step.forward(z, y, weight)
    return z, y


def run_inverse(
    steps: Sequence[CoupledStep], z: Tensor, y: Tensor, p: Tensor
) -> tuple[Tensor, Tensor]:
    """All steps of the exact reveal process, last step first; p (steps,) in conceal order."""
    for step, weight in zip(reversed(steps), p.flip(0), strict=True):
        z, y = step.inverse(z, y, weight)
    return z, y


class Mixing(nn.Module):
    """The learnable p_t in [floor, 1] (eq. 11), one for each step: `forward()` gives (steps,).

    The floor is max(0.9, 3^(-1/(2T))): T un-mixings then stretch a z-y mismatch at most threefold.
    """

    def __init__(self, start: float, steps: int) -> None:
        super().__init__()
        self.floor = max(0.9, 3 ** (-1 / (2 * steps)))
        share = min(max((start - self.floor) / (1 - self.floor), 1e-3), 1 - 1e-3)
        # p = 1 exactly (no mixing) is a fixed choice, not a point of the sigmoid.
        self.fixed = start >= 1.0
        theta = torch.logit(torch.full((steps,), share))
        self.theta = nn.Parameter(theta, requires_grad=not self.fixed)

    def forward(self) -> Tensor:
        if self.fixed:
            return torch.ones_like(self.theta)
        return self.floor + (1 - self.floor) * torch.sigmoid(self.theta)
