"""Condition reaction term (paper eq. 17-18, figure 3b): gamma . N(u . (1 + alpha) + beta)."""

from torch import Tensor, nn

from sshr.network.block import TransformerBlock
from sshr.network.config import ReactionConfig
from sshr.network.guidance import Modulation
from sshr.network.reparam import Kernel, RepKernel


class ReactionTerm(nn.Module):
    """CRT_t: state (B, C, H, W), guide (B, width, H, W), key (B, d) -> (B, C, H, W).

    Exactly zero before training, because gamma is.
    """

    def __init__(
        self, channels: int, key_dim: int, config: ReactionConfig, kernel: Kernel = RepKernel
    ) -> None:
        super().__init__()
        self.modulation = Modulation(config.width, channels, key_dim)
        self.block = TransformerBlock(
            channels, config.width, config.heads, config.expansion, kernel
        )

    def forward(self, u: Tensor, guide: Tensor, k_sym: Tensor) -> Tensor:
        alpha, beta, gamma = self.modulation(guide, k_sym)
        reaction: Tensor = gamma * self.block(u * (1 + alpha) + beta)
        return reaction
