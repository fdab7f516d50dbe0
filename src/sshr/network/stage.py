"""A change of basis with a pair of coupled steps after it: what the closed form is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from sshr.network.closed_form import CouplingPair
from sshr.network.coupling import CoupledStep, Watch, run, run_inverse


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
