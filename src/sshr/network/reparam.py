"""Re-parameterised convolution: parallel branches that merge into one kernel.

`RepKernel` is the shared idea: a 5x5, a 3x3, a 1x1 and an identity branch are linear in the input,
so their sum is one 5x5 kernel, built on the fly. `fuse()` keeps only that kernel. `RepConv` is the
static form (Re-FFN, paper section 3.3); `ConditionalKernel` adds the key (CRC, section 3.1):
W_re-c = Linear(SiLU(Linear(k_sym))). `PlainKernel`, a single 5x5 kernel, takes the
place of `RepKernel` in the paper's ablation "without Rep-Conv".
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIZE = 5


class PlainKernel(nn.Module):
    """A single kernel of shape (filters, channels / groups, 5, 5), without branches.

    Args:
        channels: input channels.
        filters: output channels; with groups = channels, a multiple of it (depth-wise).
        groups: 1 (dense) or channels (depth-wise).

    Raises:
        ValueError: `filters` is not a multiple of `groups`.
    """

    def __init__(self, channels: int, filters: int, groups: int) -> None:
        super().__init__()
        if filters % groups:
            raise ValueError(f"{filters} filters are not a multiple of {groups} groups")
        per_group = channels // groups
        self.fan = per_group * SIZE * SIZE
        self.k5 = nn.Parameter(torch.randn(filters, per_group, SIZE, SIZE) / self.fan**0.5)

    @property
    def shapes(self) -> list[torch.Size]:
        """Shapes of the weights that a key may modulate, in order."""
        return [self.k5.shape]

    def forward(self) -> Tensor:
        """The kernel."""
        return self.k5

    @torch.no_grad()
    def pass_on(self) -> None:
        """Start close to the identity: every filter passes its channel on."""
        self.k5.add_(self._identity())

    def _identity(self) -> Tensor:
        """The kernel of the identity."""
        filters, per_group = self.k5.shape[:2]
        kernel = torch.zeros_like(self.k5)
        rows = torch.arange(filters, device=kernel.device)
        kernel[rows, rows % per_group, SIZE // 2, SIZE // 2] = 1.0
        return kernel


class RepKernel(PlainKernel):
    """`PlainKernel` with three more branches: 3x3, 1x1 and identity."""

    def __init__(self, channels: int, filters: int, groups: int) -> None:
        super().__init__(channels, filters, groups)
        per_group, scale = channels // groups, 2 * self.fan**0.5
        self.k3 = nn.Parameter(torch.randn(filters, per_group, 3, 3) / scale)
        self.k1 = nn.Parameter(torch.randn(filters, per_group, 1, 1) / scale)
        self.identity = nn.Parameter(torch.zeros(filters))
        self.fused = False

    @property
    def shapes(self) -> list[torch.Size]:
        return [self.k5.shape, self.k3.shape, self.k1.shape]

    def forward(self) -> Tensor:
        """The merged kernel."""
        if self.fused:
            return self.k5
        passed = self._identity() * self.identity[:, None, None, None]
        return self.k5 + F.pad(self.k3, [1] * 4) + F.pad(self.k1, [2] * 4) + passed

    @torch.no_grad()
    def pass_on(self) -> None:
        self.identity.fill_(1.0)

    @torch.no_grad()
    def fuse(self) -> None:
        """Keep the merged kernel only; the output stays the same up to rounding."""
        if not self.fused:
            self.k5.copy_(self())
            self.fused = True
            for branch in (self.k3, self.k1, self.identity):
                branch.zero_()


Kernel = type[PlainKernel]
"""What a convolution's 5x5 kernel is made of."""


class RepConv(nn.Module):
    """Static depth-wise RepConv: (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, channels: int, kernel: Kernel = RepKernel) -> None:
        super().__init__()
        self.kernel = kernel(channels, channels, channels)
        self.kernel.pass_on()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.kernel(), self.bias, padding=SIZE // 2, groups=x.shape[1])


class ConditionalKernel(nn.Module):
    """CRC's kernel: a learned base plus what the symmetric key asks for.

    `forward(k_sym)` maps keys (B, d) to kernels (B, filters, channels / groups, 5, 5).
    """

    def __init__(
        self,
        channels: int,
        filters: int,
        groups: int,
        key_dim: int,
        hidden: int,
        kernel: Kernel = RepKernel,
    ) -> None:
        super().__init__()
        self.base = kernel(channels, filters, groups)
        self.sizes = [shape.numel() for shape in self.base.shapes]
        self.hyper = nn.Sequential(
            nn.Linear(key_dim, hidden), nn.SiLU(), nn.Linear(hidden, sum(self.sizes))
        )
        last = self.hyper[-1]
        assert isinstance(last, nn.Linear)
        with torch.no_grad():  # a pure hyper-network start would be unstable
            last.weight.mul_(0.01)
            last.bias.zero_()

    def forward(self, k_sym: Tensor) -> Tensor:
        parts = self.hyper(k_sym).split(self.sizes, dim=1)
        kernel: Tensor = self.base()
        for part, shape in zip(parts, self.base.shapes, strict=True):
            rim = (SIZE - shape[-1]) // 2
            kernel = kernel + F.pad(part.view(-1, *shape), [rim] * 4)
        return kernel


def correlate(x: Tensor, kernels: Tensor, groups: int) -> Tensor:
    """k * x with one kernel per sample, zero padding: (B, C, H, W) -> (B, filters, H, W)."""
    if kernels.shape[0] == 1:
        return F.conv2d(x, kernels[0], padding=SIZE // 2, groups=groups)
    pairs = zip(x.split(1), kernels, strict=True)
    return torch.cat([F.conv2d(one, k, padding=SIZE // 2, groups=groups) for one, k in pairs])


def correlate_adjoint(x: Tensor, kernels: Tensor, groups: int) -> Tensor:
    """kbar * x, kbar = k rotated by 180 degrees: the exact adjoint of `correlate` (eq. 6)."""
    turned = kernels.flip((-2, -1))
    if groups == 1:
        return correlate(x, turned.transpose(1, 2), 1)
    # Depth-wise, then the sum over each channel's filters: far faster than a grouped reduction.
    return correlate(x, turned, x.shape[1]).unflatten(1, (groups, -1)).sum(2)
