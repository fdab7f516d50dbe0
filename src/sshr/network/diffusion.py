"""Diffusion term (paper eq. 3-6, figure 3a): sum_i kbar_i * phi_i(k_i * u).

With fixed kernels it is the gradient of the energy sum_i sum_p rho_i((k_i * u)_p), rho' = phi
(eq. 3); run backwards it is one stage of a trained nonlinear diffusion denoiser.
"""

import torch
from torch import Tensor, nn

from sshr.network.config import DiffusionConfig
from sshr.network.grbf import GaussianRBF
from sshr.network.reparam import (
    ConditionalKernel,
    Kernel,
    RepKernel,
    correlate,
    correlate_adjoint,
)


class DiffusionTerm(nn.Module):
    """DT_t: (B, C, H, W), key (B, d) or (1, d) -> (B, C, H, W), fp32.

    Args:
        channels: C, of the domain that the filters live in.
        key_dim: d.
    """

    def __init__(
        self, channels: int, key_dim: int, config: DiffusionConfig, kernel: Kernel = RepKernel
    ) -> None:
        super().__init__()
        self.groups = channels if config.depthwise else 1
        self.zero_mean = config.zero_mean
        self.kernel = ConditionalKernel(
            channels, config.filters, self.groups, key_dim, config.key_hidden, kernel
        )
        self.influence = GaussianRBF(config.filters, config.radius, config.slope)

    def kernels(self, k_sym: Tensor) -> Tensor:
        """k_i (B, filters, C / groups, 5, 5) for these keys."""
        kernels: Tensor = self.kernel(k_sym)
        if self.zero_mean:
            kernels = kernels - kernels.mean((-3, -2, -1), keepdim=True)
        return kernels

    def forward(self, u: Tensor, k_sym: Tensor) -> Tensor:
        kernels = self.kernels(k_sym)
        u = u.contiguous(memory_format=torch.channels_last)
        response = self.influence(correlate(u, kernels, self.groups))
        return correlate_adjoint(response, kernels, self.groups)
