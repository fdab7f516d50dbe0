"""SRNet (Boroumand, Chen and Fridrich 2018): a deep residual network without a fixed front end.

Two things differ from the publication, both to make it pay on a processor. The first filters start
without a mean, so that they do not see brightness before they have learned anything. And what comes
behind the first two layers is computed in bfloat16; those two need the precision, since what is
looked for is less than one of 255 levels.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.evaluation.detectors.networks import classes

_STILL, _PLAIN, _POOLED, _LAST = 16, 5, (16, 64, 128, 256), 512


def convolved(before: int, after: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    """A convolution without bias, and its normalisation."""
    conv = nn.Conv2d(before, after, size, stride, padding=size // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(after))


class Plain(nn.Module):
    """x + f(x), without pooling."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = convolved(width, width), convolved(width, width)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = x + self.second(F.relu(self.first(x)))
        return found


class Pooled(nn.Module):
    """The same at half the size, with another width."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.first, self.second = convolved(before, after), convolved(after, after)
        self.short = convolved(before, after, size=1, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        long = F.avg_pool2d(self.second(F.relu(self.first(x))), 3, stride=2, padding=1)
        found: Tensor = self.short(x) + long
        return found


class SrNet(nn.Module):
    """(B, channels, H, W) in levels of 0..255 -> (B, 2): photograph, stego."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.first, self.second = convolved(channels, 64), convolved(64, _STILL)
        self.plain = nn.Sequential(*(Plain(_STILL) for _ in range(_PLAIN)))
        widths = (_STILL, *_POOLED)
        self.pooled = nn.Sequential(*(Pooled(*pair) for pair in pairwise(widths)))
        self.third, self.fourth = convolved(_POOLED[-1], _LAST), convolved(_LAST, _LAST)
        self.judge = classes(_LAST)
        filters = self.first[0].weight
        assert isinstance(filters, Tensor)
        with torch.no_grad():
            filters -= filters.mean((2, 3), keepdim=True)

    def forward(self, pictures: Tensor) -> Tensor:
        x = F.relu(self.second(F.relu(self.first(pictures))))
        with torch.autocast(pictures.device.type, torch.bfloat16):
            x = self.pooled(self.plain(x))
            x = self.fourth(F.relu(self.third(x)))
        found: Tensor = self.judge(x.float().mean((2, 3)))
        return found
