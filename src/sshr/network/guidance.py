"""Condition information guidance module, CIGM (paper section 3.3): SLT followed by Re-FFN."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.block import ReFFN
from sshr.network.reparam import Kernel, RepKernel


class SeparateLinear(nn.Module):
    """SLT, eq. 16: W(theta_1) . c + theta_2 . c + theta_3, W(theta_1) = Conv(SiLU(theta_1)).

    theta_1 (B, C, H, W) is a convolution of c; theta_2 and theta_3 (B, C, 1, 1) come from its
    spatial mean.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.theta1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.weigh = nn.Conv2d(channels, channels, 3, padding=1)
        self.theta23 = nn.Linear(channels, 2 * channels)

    def forward(self, c: Tensor) -> Tensor:
        weight = self.weigh(F.silu(self.theta1(c)))
        theta2, theta3 = self.theta23(c.mean((-2, -1)))[..., None, None].chunk(2, dim=1)
        combined: Tensor = weight * c + theta2 * c + theta3
        return combined


class GuidanceModule(nn.Module):
    """One CIGM: c_t -> c_{t+1}, (B, width, H, W), so that the guidance changes over the steps."""

    def __init__(self, width: int, expansion: int, kernel: Kernel = RepKernel) -> None:
        super().__init__()
        self.transform = SeparateLinear(width)
        self.feed_forward = ReFFN(width, width * expansion, kernel=kernel)

    def forward(self, c: Tensor) -> Tensor:
        c = c + self.transform(c)
        refined: Tensor = c + self.feed_forward(c)
        return refined


class Guidance(nn.Module):
    """The recursion c_0 = 1x1(condition), c_{t+1} = CIGM_t(c_t): one tensor for each step.

    Args:
        channels: of the condition, the reference's coefficients (B, channels, H, W).
    """

    def __init__(
        self, channels: int, width: int, expansion: int, steps: int, kernel: Kernel = RepKernel
    ) -> None:
        super().__init__()
        self.enter = nn.Conv2d(channels, width, 1)
        self.steps = nn.ModuleList(GuidanceModule(width, expansion, kernel) for _ in range(steps))

    def forward(self, condition: Tensor) -> list[Tensor]:
        c = self.enter(condition)
        guides: list[Tensor] = []
        for step in self.steps:
            c = step(c)
            guides.append(c)
        return guides


class ConstantGuidance(nn.Module):
    """`Guidance` without CIGM, for the paper's ablation: 1x1(condition), the same in every step."""

    def __init__(self, channels: int, width: int, steps: int) -> None:
        super().__init__()
        self.enter = nn.Conv2d(channels, width, 1)
        self.steps = steps

    def forward(self, condition: Tensor) -> list[Tensor]:
        return [self.enter(condition)] * self.steps


class Modulation(nn.Module):
    """alpha, beta, gamma of eq. 17: split(CIGM(c) . MLP(k_sym)), AdaLN-Zero start.

    The guidance is projected to 3C maps; the key's MLP weighs them channel by channel and starts
    at zero, so alpha = beta = gamma = 0 before training.
    """

    def __init__(self, width: int, channels: int, key_dim: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(width, 3 * channels, 1)
        self.key = nn.Sequential(
            nn.Linear(key_dim, key_dim), nn.SiLU(), nn.Linear(key_dim, 3 * channels)
        )
        self.close()

    @torch.no_grad()
    def close(self) -> None:
        """Make alpha, beta and gamma zero, as before training."""
        for parameter in self.key[-1].parameters():
            parameter.zero_()

    def forward(self, guide: Tensor, k_sym: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        # The key weighs the projection's kernel: that is smaller than the maps.
        key = self.key(k_sym).expand(len(guide), -1)  # one key may serve the whole batch
        kernel, bias = key[..., None] * self.project.weight.flatten(1), key * self.project.bias
        maps = kernel @ guide.flatten(2) + bias[..., None]
        alpha, beta, gamma = maps.unflatten(2, guide.shape[-2:]).chunk(3, dim=1)
        return alpha, beta, gamma
