"""XuNet (Xu, Wu and Shi 2016): five small groups behind a fixed high-pass filter.

As published, with the absolute value before the first normalisation. It sees one channel; for
colours the filter is put on each and the first convolution takes all three.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.evaluation.detectors.networks import classes

KV = (
    (-1, 2, -2, 2, -1),
    (2, -6, 8, -6, 2),
    (-2, 8, -12, 8, -2),
    (2, -6, 8, -6, 2),
    (-1, 2, -2, 2, -1),
)
"""Times 12: what is left of a picture when each sample is guessed from those around it."""

_Bend = Callable[[Tensor], Tensor]
_GROUPS: tuple[tuple[int, int, _Bend], ...] = (
    (8, 5, torch.tanh),
    (16, 5, torch.tanh),
    (32, 1, F.relu),
    (64, 1, F.relu),
)
_LAST = 128


class XuNet(nn.Module):
    """(B, channels, H, W) in levels of 0..255 -> (B, 2): photograph, stego."""

    filter: Tensor

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        kernel = torch.tensor(KV, dtype=torch.float32) / 12
        self.register_buffer("filter", kernel.expand(channels, 1, 5, 5).clone())
        widths = [channels, *(width for width, _, _ in _GROUPS), _LAST]
        sizes = [*(size for _, size, _ in _GROUPS), 1]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, size, padding=size // 2, bias=False)
            for before, after, size in zip(widths, widths[1:], sizes, strict=False)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths[1:])
        self.judge = classes(_LAST)

    def forward(self, pictures: Tensor) -> Tensor:
        x = F.conv2d(pictures, self.filter, padding=2, groups=pictures.shape[1])
        parts = zip(self.convolutions, self.norms, strict=True)
        for (convolution, norm), (_, _, bend) in zip(parts, _GROUPS, strict=False):
            x = convolution(x)
            if x.shape[1] == _GROUPS[0][0]:
                x = x.abs()
            x = F.avg_pool2d(bend(norm(x)), 5, stride=2, padding=2)
        x = F.relu(self.norms[-1](self.convolutions[-1](x)))
        found: Tensor = self.judge(x.mean((2, 3)))
        return found
