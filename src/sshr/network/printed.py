"""The coupled steps as printed: DT + lambda CRT in each (eq. 4-12), from AdaLN-Zero's start.

A step's F is zero but for the diffusion term before training, so the stego starts as the secret.
The rows of the paper's Table 5 are other modules in the same places, see `PrintedConfig`.
"""

import torch
from torch import Tensor, nn

from sshr.network.config import ModelConfig, PrintedConfig
from sshr.network.coupling import CoupledStep, Mixing, Watch, in_order, run, run_inverse
from sshr.network.diffusion import DiffusionTerm
from sshr.network.guidance import ConstantGuidance, Guidance
from sshr.network.reaction import ReactionTerm
from sshr.network.reparam import Kernel, PlainKernel, RepKernel
from sshr.network.steps import Pair, Shared, Steps
from sshr.network.transform import CHANNELS, Transform


class StepFunction(nn.Module):
    """F_t of eq. 6: DT_t(u) + lambda_t CRT_t(u), lambda_t = exp(theta) as in TNRD."""

    def __init__(self, key_dim: int, config: PrintedConfig, first: bool) -> None:
        super().__init__()
        kernel = _kernel(config)
        self.diffusion = (
            DiffusionTerm(CHANNELS, key_dim, config.diffusion, kernel)
            if config.diffusion_term
            else None
        )
        self.reaction = ReactionTerm(CHANNELS, key_dim, config.reaction, kernel)
        self.log_lambda = nn.Parameter(torch.tensor(1.0 if first else 0.1).log())

    def forward(self, u: Tensor, guide: Tensor, k_sym: Tensor) -> Tensor:
        moved: Tensor = self.log_lambda.exp() * self.reaction(u, guide, k_sym)
        return moved if self.diffusion is None else moved + self.diffusion(u, k_sym)


class PrintedSteps(Steps):
    """The steps as printed; see `Steps` for what its methods give."""

    def __init__(self, config: ModelConfig, transform: Transform) -> None:
        super().__init__()
        part, width = config.printed, config.printed.reaction.width
        self.transform = transform
        self.order = config.order
        self.mixing = Mixing(config.mixing, part.steps)
        self.functions = nn.ModuleList(
            StepFunction(config.key_dim, part, t == 0) for t in range(part.steps)
        )
        self.guidance: nn.Module
        if part.guided:
            expansion, kernel = part.reaction.expansion, _kernel(part)
            self.guidance = Guidance(CHANNELS, width, expansion, part.steps, kernel)
        else:
            self.guidance = ConstantGuidance(CHANNELS, width, part.steps)

    def steps(self, reference: Tensor, k_sym: Tensor) -> list[CoupledStep]:
        """The T steps for a reference (B, 3, H, W) in [0, 1] and keys."""
        guides = self.guidance(self.transform(reference))

        def bound(function: nn.Module, guide: Tensor):  # type: ignore[no-untyped-def]
            return lambda u: function(u, guide, k_sym)

        pairs = zip(self.functions, guides, strict=True)
        functions = [bound(function, guide) for function, guide in pairs]
        return in_order(functions, list(self.mixing()), self.order)

    def conceal(
        self, planes: Tensor, shared: Shared, watch: Watch | None = None
    ) -> tuple[Pair, Tensor]:
        """(z_T, y_T) as planes from z_0 = y_0 = DWT(secret), and no scales (B, 0)."""
        z = self.transform.pack(planes)
        z, y = run(self.steps(shared.reference, shared.k_sym), z, z, self._watching(watch))
        return (self.transform.unpack(z), self.transform.unpack(y)), planes.new_ones(len(z), 0)

    def reveal(
        self, pair: Pair, shared: Shared, scales: Tensor, watch: Watch | None = None
    ) -> Pair:
        """Eq. 14; exact with the true pair."""
        z, y = (self.transform.pack(planes) for planes in pair)
        z, y = run_inverse(self.steps(shared.reference, shared.k_sym), z, y, self._watching(watch))
        return self.transform.unpack(z), self.transform.unpack(y)

    def _watching(self, watch: Watch | None) -> Watch | None:
        return None if watch is None else lambda z: watch(self.transform.unpack(z))


def _kernel(config: PrintedConfig) -> Kernel:
    return RepKernel if config.reparameterised else PlainKernel
