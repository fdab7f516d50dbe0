"""Preset `paper`: the equations as printed, to reproduce the paper's protocol and to be attacked.

One-level Haar on RGB; in each of the T steps z and y advance alternately by the same function
F_t = DT_t + lambda_t CRT_t (eq. 12); everything is conditioned on k_sym; no linear start, no
session key, no headroom. AdaLN-Zero: before training a step is pure diffusion.

The rows of the paper's Table 5 are other modules in the same places, see `PaperConfig`.
"""

import torch
from torch import Tensor, nn

from sshr.network.config import PaperConfig
from sshr.network.coupling import CoupledStep, Function, run, run_inverse
from sshr.network.diffusion import DiffusionTerm
from sshr.network.guidance import ConstantGuidance, Guidance
from sshr.network.mix import Mix
from sshr.network.model import StegoNet
from sshr.network.reaction import ReactionTerm
from sshr.network.reparam import Kernel, PlainKernel, RepKernel
from sshr.network.side import CoarseLayer, Side


class StepFunction(nn.Module):
    """F_t of eq. 6: DT_t(u) + lambda_t CRT_t(u), lambda_t = exp(theta) as in TNRD."""

    def __init__(self, channels: int, config: PaperConfig, first: bool) -> None:
        super().__init__()
        kernel = _kernel(config)
        self.diffusion = DiffusionTerm(channels, config.key_dim, config.diffusion, kernel)
        self.reaction = ReactionTerm(channels, config.key_dim, config.reaction, kernel)
        self.log_lambda = nn.Parameter(torch.tensor(1.0 if first else 0.1).log())

    def forward(self, u: Tensor, guide: Tensor, k_sym: Tensor) -> Tensor:
        moved: Tensor = self.diffusion(u, k_sym)
        moved = moved + self.log_lambda.exp() * self.reaction(u, guide, k_sym)
        return moved


class ReactionStep(nn.Module):
    """F_t without PM: lambda_t CRT_t(u) alone, exactly zero before training."""

    def __init__(self, channels: int, config: PaperConfig, first: bool) -> None:
        super().__init__()
        self.reaction = ReactionTerm(channels, config.key_dim, config.reaction, _kernel(config))
        self.log_lambda = nn.Parameter(torch.tensor(1.0 if first else 0.1).log())

    def forward(self, u: Tensor, guide: Tensor, k_sym: Tensor) -> Tensor:
        moved: Tensor = self.log_lambda.exp() * self.reaction(u, guide, k_sym)
        return moved


class PaperNet(StegoNet):
    """The network of preset `paper`. See `StegoNet`; side and mix are not used."""

    uses_mix = False

    def __init__(self, config: PaperConfig) -> None:
        super().__init__(config, config.steps)
        channels = self.transform.channels
        halves = 1 if config.tie_half_steps else 2
        function = StepFunction if config.diffusion_term else ReactionStep
        self.functions = nn.ModuleList(
            nn.ModuleList(function(channels, config, t == 0) for _ in range(halves))
            for t in range(config.steps)
        )
        self.guidance = _guidance(channels, config)

    def side(self, secret: Tensor, k_sym: Tensor, coarse: CoarseLayer | None) -> Side:
        one = torch.ones(secret.shape[0], device=secret.device)
        return Side(one, one)

    def conceal(
        self, secret: Tensor, reference: Tensor, k_sym: Tensor, side: Side, mix: Mix | None
    ) -> Tensor:
        z, _ = self.forward_pair(secret, reference, k_sym)
        return self.transform.inverse(z)

    def forward_pair(
        self, secret: Tensor, reference: Tensor, k_sym: Tensor
    ) -> tuple[Tensor, Tensor]:
        """(z_T, y_T) from z_0 = y_0 = DWT(secret)."""
        z = self.transform(secret)
        return run(self._steps(reference, k_sym), z, z, self.mixing())

    def inverse_pair(
        self, z: Tensor, y: Tensor, reference: Tensor, k_sym: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Eq. 14; exact with the true pair."""
        return run_inverse(self._steps(reference, k_sym), z, y, self.mixing())

    def reveal(
        self, stego: Tensor, reference: Tensor, k_sym: Tensor, side: Side, mix: Mix | None
    ) -> Tensor:
        z = self.transform(stego)  # only z_T is transmitted: y_T := z_T
        z, _ = self.inverse_pair(z, z, reference, k_sym)
        return self.transform.inverse(z)

    def _steps(self, reference: Tensor, k_sym: Tensor) -> list[CoupledStep]:
        guides = self.guidance(self.transform(reference))
        steps = []
        for functions, guide in zip(self.functions, guides, strict=True):
            halves = list(functions.children())
            f, g = (_bind(halves[i], guide, k_sym) for i in (0, -1))
            steps.append(CoupledStep(f, g))
        return steps


def _kernel(config: PaperConfig) -> Kernel:
    return RepKernel if config.reparameterised else PlainKernel


def _guidance(channels: int, config: PaperConfig) -> Guidance | ConstantGuidance:
    width = config.reaction.width
    if not config.guided:
        return ConstantGuidance(channels, width, config.steps)
    return Guidance(channels, width, config.reaction.expansion, config.steps, _kernel(config))


def _bind(function: nn.Module, guide: Tensor, k_sym: Tensor) -> Function:
    return lambda u: function(u, guide, k_sym)
