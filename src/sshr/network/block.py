"""The Transformer block N of the condition reaction term, and Re-FFN (paper figures 2 and 3b)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.reparam import Kernel, RepConv, RepKernel


class ChannelNorm(nn.Module):
    """Layer norm over the channels of (B, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        centred = x - x.mean(1, keepdim=True)  # far faster on a CPU than var_mean over channels
        variance = centred.square().mean(1, keepdim=True)
        return centred * torch.rsqrt(variance + 1e-6) * self.weight + self.bias


class ReFFN(nn.Module):
    """Re-parameterised feed-forward network: point-wise, depth-wise RepConv, point-wise.

    (B, channels, H, W) -> (B, out, H, W); `out` is `channels` unless given.
    """

    def __init__(
        self, channels: int, width: int, out: int | None = None, kernel: Kernel = RepKernel
    ) -> None:
        super().__init__()
        self.widen = nn.Conv2d(channels, width, 1)
        self.spread = RepConv(width, kernel)
        self.narrow = nn.Conv2d(width, channels if out is None else out, 1)

    def forward(self, x: Tensor) -> Tensor:
        narrowed: Tensor = self.narrow(F.gelu(self.spread(self.widen(x))))
        return narrowed


class ChannelAttention(nn.Module):
    """Attention across channels (transposed attention): linear in the number of pixels."""

    def __init__(self, channels: int, heads: int, kernel: Kernel = RepKernel) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.local = RepConv(3 * channels, kernel)
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.project = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        split = self.local(self.qkv(x)).flatten(2).unflatten(1, (3, self.heads, -1))
        q, k, v = split.unbind(1)
        scores = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).mT * self.temperature
        mixed = (scores.softmax(-1) @ v).flatten(1, 2).unflatten(-1, (height, width))
        projected: Tensor = self.project(mixed)
        return projected


class TransformerBlock(nn.Module):
    """N of eq. 18: channels -> width, pre-norm attention and Re-FFN, width -> channels."""

    def __init__(
        self,
        channels: int,
        width: int,
        heads: int,
        expansion: int,
        kernel: Kernel = RepKernel,
    ) -> None:
        super().__init__()
        self.enter = nn.Conv2d(channels, width, 1)
        self.norm1 = ChannelNorm(width)
        self.attention = ChannelAttention(width, heads, kernel)
        self.norm2 = ChannelNorm(width)
        self.feed_forward = ReFFN(width, width * expansion, kernel=kernel)
        self.leave = nn.Conv2d(width, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.enter(x)
        x = x + self.attention(self.norm1(x))
        x = x + self.feed_forward(self.norm2(x))
        left: Tensor = self.leave(x)
        return left
