"""Pairs of steps of eq. 12 whose result is known beforehand, with z = y after them.

Half-steps alternate: z first in the odd step, y first in the even one. Then, with one function for
both half-steps as printed,

    F_1 = id - H, F_2 = H^-1 - id         take z = y = s to z = y = H(H(s)), whatever H is;
    F_1(u) = (1 - h) u - t / (1 + h),
    F_2(u) = (1/h - 1) u - t / (h (1 + h)) take it to z = y = g s + t, with g = h^2.

So the stego alone determines the pair, and y_T := z_T is the true y_T. docs/method.md derives both.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from sshr.network.coupling import (
    CoupledStep,
    Function,
    Watch,
    in_order,
    mix_pair,
    run,
    run_inverse,
)

_ROUNDS = 60
_LARGEST = 1.25  # first factor; the smallest gains of p = 0.9 need a little more than 1


@dataclass(frozen=True)
class CouplingPair:
    """Two functions F for two steps, and what the steps do to z = y, at once and backwards.

    `result` and `undone` save training half of the time; the coupled steps give the same.
    """

    functions: tuple[Function, Function]
    result: Function
    undone: Function

    def __iter__(self) -> Iterator[Function]:
        return iter(self.functions)

    def steps(self, p: float = 1.0) -> list[CoupledStep]:
        """The coupled steps, z first and then y first."""
        return in_order(self.functions, [p, p], "alternate")


def nonlinear_pair(forward: Function, inverse: Function) -> CouplingPair:
    """s -> H(H(s)) for an invertible H, given as two functions; needs p = 1."""
    return CouplingPair(
        (lambda u: u - forward(u), lambda u: inverse(u) - u),
        lambda u: forward(forward(u)),
        lambda u: inverse(inverse(u)),
    )


def linear_pair(gain: Tensor, target: Tensor | float, p: float = 1.0) -> CouplingPair:
    """s -> gain * s + target, element by element.

    Args:
        gain: above 0; for p < 1 between about 0.004 and 1, where a solution exists.
        p: mixing of both steps, in [0.9, 1]. The result does not depend on it.
    """
    if p == 1.0:
        h = gain.sqrt()
        first = target / (1 + h)
        functions = _affine(1 - h, first), _affine(1 / h - 1, first / h)
    else:
        one, two = _coefficients(gain, p)
        still = target / (1 - gain)  # where neither step moves anything
        functions = _affine(one, one * still), _affine(two, two * still)
    return CouplingPair(functions, lambda u: gain * u + target, lambda u: (u - target) / gain)


def _affine(factor: Tensor, offset: Tensor | float) -> Callable[[Tensor], Tensor]:
    return lambda u: factor * u - offset


def _coefficients(gain: Tensor, p: float) -> tuple[Tensor, Tensor]:
    """Factors of the two steps: one equation in one unknown, solved by bisection in fp64."""
    wanted = gain.double()
    low, high = torch.zeros_like(wanted), torch.full_like(wanted, _LARGEST)
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        too_much = _pair_gain(middle, p)[0] > wanted
        low, high = torch.where(too_much, middle, low), torch.where(too_much, high, middle)
    one = (low + high) / 2
    return one.to(gain.dtype), _pair_gain(one, p)[1].to(gain.dtype)


def _pair_gain(one: Tensor, p: float) -> tuple[Tensor, Tensor]:
    """The pair's gain when the first factor is `one`, and the second factor that makes z = y."""
    z, y = mix_pair(1 - one, 1 - one + one.square(), p)
    held = z.clamp(min=1e-12)  # beyond a factor's end z changes its sign: no gain is left there
    ahead = ((y - z) / held).clamp(min=0)
    two = (ahead + (ahead.square() + 4 * ahead).sqrt()) / 2
    return torch.where(z > 0, y - two * z, torch.zeros_like(z)), two


@dataclass(frozen=True)
class Stage:
    """A change of basis and the steps that follow it.

    `leave` undoes `enter`; `planes` shows a state of this basis as planes, for whoever watches.
    """

    enter: Callable[[Tensor], Tensor]
    leave: Callable[[Tensor], Tensor]
    pair: CouplingPair | None
    planes: Callable[[Tensor], Tensor]
    p: float = 1.0

    def run(self, z: Tensor, y: Tensor, watch: Watch | None) -> tuple[Tensor, Tensor]:
        """The change of basis, then the coupled steps."""
        z, y = self.enter(z), self.enter(y)
        return run(self._steps, z, y, self._watching(watch))

    def run_inverse(self, z: Tensor, y: Tensor, watch: Watch | None) -> tuple[Tensor, Tensor]:
        """Undoes `run`."""
        z, y = run_inverse(self._steps, z, y, self._watching(watch))
        return self.leave(z), self.leave(y)

    def result(self, z: Tensor) -> Tensor:
        """What `run` makes of z = y, at once."""
        z = self.enter(z)
        return z if self.pair is None else self.pair.result(z)

    def undone(self, z: Tensor) -> Tensor:
        """Undoes `result`."""
        return self.leave(z if self.pair is None else self.pair.undone(z))

    @property
    def _steps(self) -> list[CoupledStep]:
        return [] if self.pair is None else self.pair.steps(self.p)

    def _watching(self, watch: Watch | None) -> Watch | None:
        """`watch` for states of this basis."""
        return None if watch is None else lambda z: watch(self.planes(z))
