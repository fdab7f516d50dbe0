"""Coupled steps with mixing and their exact inverse (paper eq. 10-14).

A step moves the first state by F of the second, then the second by the same F of the new first, and
mixes (eq. 12). "The calculation steps of z and y are executed alternately" (section 3.1): z is the
first state in odd steps, y in even ones. The inverse replays the steps backwards, so with the true
pair (z_T, y_T) it is exact whatever F is. Steps that end with z = y need no second state to be sent
(`sshr.network.closed_form`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Function = Callable[[Tensor], Tensor]
Watch = Callable[[Tensor], None]
"""Is shown z after every step."""


@dataclass(frozen=True)
class CoupledStep:
    """One F for both half-steps; `y_first` swaps the parts of z and y. `p` is the mixing."""

    f: Function
    p: Tensor | float = 1.0
    y_first: bool = False

    def forward(self, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Eq. 12, one step."""
        first, second = (y, z) if self.y_first else (z, y)
        first = first - self.f(second)
        second = second - self.f(first)
        first, second = mix_pair(first, second, self.p)
        return (second, first) if self.y_first else (first, second)

    def inverse(self, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Eq. 14, one step."""
        first, second = (y, z) if self.y_first else (z, y)
        first, second = unmix_pair(first, second, self.p)
        second = second + self.f(first)
        first = first + self.f(second)
        return (second, first) if self.y_first else (first, second)


def in_order(functions: Sequence[Function], p: Sequence[Tensor | float], order: str) -> list:
    """Steps of these functions; in order "alternate" y goes first in every second one."""
    alternate = order == "alternate"
    return [
        CoupledStep(f, weight, alternate and t % 2 == 1)
        for t, (f, weight) in enumerate(zip(functions, p, strict=True))
    ]


def mix_pair(z: Tensor, y: Tensor, p: Tensor | float) -> tuple[Tensor, Tensor]:
    """Eq. 11 applied to z, then to y with the new z, as in eq. 12."""
    z = p * z + (1 - p) * y
    y = p * y + (1 - p) * z
    return z, y


def unmix_pair(z: Tensor, y: Tensor, p: Tensor | float) -> tuple[Tensor, Tensor]:
    """Eq. 13, inverse of `mix_pair`; stretches y - z by 1 / p^2."""
    y = (y - (1 - p) * z) / p
    z = (z - (1 - p) * y) / p
    return z, y


def run(
    steps: Sequence[CoupledStep], z: Tensor, y: Tensor, watch: Watch | None = None
) -> tuple[Tensor, Tensor]:
    """All steps of the conceal process."""
    for step in steps:
        z, y = step.forward(z, y)
        if watch is not None:
            watch(z)
    return z, y


def run_inverse(
    steps: Sequence[CoupledStep], z: Tensor, y: Tensor, watch: Watch | None = None
) -> tuple[Tensor, Tensor]:
    """All steps of the exact reveal process, last step first."""
    for step in reversed(steps):
        z, y = step.inverse(z, y)
        if watch is not None:
            watch(z)
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
