"""The receiver's estimators: what the rounding noise did, judged from the noisy payload.

Both look at the payload in units of the noise, white there, in the one-level domain (B, 12, H/2,
W/2), together with what the coarse layer says about the same place.
"""

import torch
from torch import Tensor, nn

from sshr.network.config import EstimatorConfig
from sshr.network.diffusion import DiffusionProcess

CLUES = 21
"""Channels of what is known beforehand: 12 of the coarse picture, 9 expected sizes of details."""


class DiffusionEstimator(nn.Module):
    """A trained nonlinear diffusion of the payload (TNRD); it does not use the clues."""

    def __init__(self, channels: int, key_dim: int, config: EstimatorConfig) -> None:
        super().__init__()
        self.process = DiffusionProcess(channels, key_dim, config.diffusion, config.depth)

    def forward(self, payload: Tensor, clues: Tensor, k_sym: Tensor) -> Tensor:
        """The change that the payload (B, 12, H/2, W/2) needs; clues (B, CLUES, H/2, W/2)."""
        change: Tensor = self.process(payload, k_sym)
        return change


class ResidualEstimator(nn.Module):
    """A plain residual network of 3x3 convolutions on payload and clues, without the key."""

    def __init__(self, channels: int, config: EstimatorConfig) -> None:
        super().__init__()
        width = config.width
        self.enter = nn.Conv2d(channels + CLUES, width, 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(width, width, 3, padding=1),
                nn.SiLU(),
                nn.Conv2d(width, width, 3, padding=1),
            )
            for _ in range(config.depth)
        )
        self.leave = nn.Conv2d(width, channels, 3, padding=1)
        self.close()

    @torch.no_grad()
    def close(self) -> None:
        """Make the change zero, as before training."""
        for parameter in self.leave.parameters():
            parameter.zero_()

    def forward(self, payload: Tensor, clues: Tensor, k_sym: Tensor) -> Tensor:
        """The change that the payload (B, 12, H/2, W/2) needs; clues (B, CLUES, H/2, W/2)."""
        x = torch.cat([payload / 4, clues], dim=1).contiguous(memory_format=torch.channels_last)
        x = self.enter(x)
        for block in self.blocks:
            x = x + block(x)
        change: Tensor = self.leave(nn.functional.silu(x))
        return change
