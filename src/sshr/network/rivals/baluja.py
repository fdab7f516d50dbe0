"""Baluja (NeurIPS 2017): networks of three parallel branches prepare, hide and reveal."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.rivals.config import RivalConfig
from sshr.network.rivals.rival import RivalNet

WIDTH, KERNELS = 50, (3, 4, 5)
DEPTH = 4
BETA = 0.75


class Baluja(RivalNet):
    """No output activation; a little noise is put on the stego in training."""

    noise = 0.01

    def __init__(self, config: RivalConfig) -> None:
        super().__init__(config)
        wide = WIDTH * len(KERNELS)
        self.prepare_secret = branches(3)
        self.merge = nn.Sequential(branches(wide + 3), nn.Conv2d(wide, 3, 1))
        self.find = nn.Sequential(branches(3), nn.Conv2d(wide, 3, 1))

    def hide(self, secret: Tensor, cover: Tensor) -> Tensor:
        stego: Tensor = self.merge(torch.cat([self.prepare_secret(secret), cover], dim=1))
        return stego

    def recover(self, stego: Tensor, draw: torch.Generator) -> Tensor:
        revealed: Tensor = self.find(stego)
        return revealed

    def own_loss(self, pair: tuple[Tensor, Tensor], found: tuple[Tensor, Tensor]) -> Tensor:
        """stego + 0.75 x reveal, squared errors."""
        (secret, cover), (stego, revealed) = pair, found
        return F.mse_loss(stego, cover) + BETA * F.mse_loss(revealed, secret)


class Parallel(nn.ModuleList):
    """Branches side by side, their outputs concatenated."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([branch(x) for branch in self], dim=1)


def branches(inputs: int) -> nn.Sequential:
    """(B, inputs, H, W) -> (B, 150, H, W): four convolutions a branch, then once more."""
    wide = WIDTH * len(KERNELS)
    deep = Parallel(_row(inputs, size, DEPTH) for size in KERNELS)
    # A single 4x4 convolution would change the size, so its branch has two.
    last = Parallel(_row(wide, size, 1 + (size % 2 == 0)) for size in KERNELS)
    return nn.Sequential(deep, last)


def _row(inputs: int, size: int, count: int) -> nn.Sequential:
    """Convolutions with ReLU; those of even size shrink and grow the picture in turn."""
    layers: list[nn.Module] = []
    for i in range(count):
        padding = (size - 1) // 2 + (size % 2 == 0 and i % 2)
        layers += [nn.Conv2d(inputs if i == 0 else WIDTH, WIDTH, size, padding=padding), nn.ReLU()]
    return nn.Sequential(*layers)
