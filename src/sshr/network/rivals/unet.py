"""The U-Net that hides and the plain network that reveals, of Weng's group."""

from itertools import pairwise

import torch
from torch import Tensor, nn

LEAK = 0.2


class UNet(nn.Module):
    """(B, inputs, H, W) -> (B, 3, H, W), no output activation; sides are multiples of 2^levels.

    4x4 convolutions of stride 2 down to the bottleneck, 4x4 transposed ones up again, each with
    what had its size on the way down. Batch normalisation stands everywhere but after the first,
    the innermost and the last convolution; only the last has a bias.
    """

    def __init__(self, inputs: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        inner = len(widths) - 1
        for level, width in enumerate(widths):
            before = widths[level - 1] if level else inputs
            parts: list[nn.Module] = [nn.LeakyReLU(LEAK)] if level else []
            parts.append(nn.Conv2d(before, width, 4, 2, 1, bias=False))
            parts += [nn.BatchNorm2d(width)] if 0 < level < inner else []
            self.down.append(nn.Sequential(*parts))
            after = widths[level - 1] if level else 3
            double = width if level == inner else 2 * width
            up: list[nn.Module] = [nn.ReLU()]
            up.append(nn.ConvTranspose2d(double, after, 4, 2, 1, bias=level == 0))
            up += [nn.BatchNorm2d(after)] if level else []
            self.up.append(nn.Sequential(*up))

    def forward(self, x: Tensor) -> Tensor:
        held = []
        for down in self.down:
            x = down(x)
            held.append(x)
        x = self.up[-1](held[-1])
        for up, beside in zip(reversed(self.up[:-1]), reversed(held[:-1]), strict=True):
            x = up(torch.cat([beside, x], dim=1))
        return x


def revealer() -> nn.Sequential:
    """(B, 3, H, W) -> the same in [0, 1]: six 3x3 convolutions."""
    widths = (3, 64, 128, 256, 128, 64)
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 3, 3, padding=1), nn.Sigmoid())
