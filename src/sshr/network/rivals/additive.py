"""Weng et al. (2019) and UDH (Zhang et al., NeurIPS 2020): a U-Net hides, a second net reveals."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.rivals.config import RivalConfig
from sshr.network.rivals.rival import RivalNet
from sshr.network.rivals.unet import UNet, revealer

BETA = 0.75
CODE = 10 / 255
"""The largest change that UDH makes to a sample."""


class Revealing(RivalNet):
    """A rival whose receiver is `revealer`."""

    def __init__(self, config: RivalConfig) -> None:
        super().__init__(config)
        self.reveal_net = revealer()

    def recover(self, stego: Tensor, draw: torch.Generator) -> Tensor:
        revealed: Tensor = self.reveal_net(stego)
        return revealed

    def own_loss(self, pair: tuple[Tensor, Tensor], found: tuple[Tensor, Tensor]) -> Tensor:
        """stego + 0.75 x reveal, squared errors."""
        (secret, cover), (stego, revealed) = pair, found
        return F.mse_loss(stego, cover) + BETA * F.mse_loss(revealed, secret)


class Weng(Revealing):
    """The frame branch of the video method: the U-Net makes the stego from cover and secret."""

    multiple = 128

    def __init__(self, config: RivalConfig) -> None:
        super().__init__(config)
        self.hide_net = UNet(6, (64, 128, 256, 512, 512, 512, 512))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(module.weight, std=0.02)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.weight, mean=1.0, std=0.02)

    def hide(self, secret: Tensor, cover: Tensor) -> Tensor:
        stego: Tensor = torch.sigmoid(self.hide_net(torch.cat([cover, secret], dim=1)))
        return stego


class Udh(Revealing):
    """The U-Net sees the secret alone; what it makes, at most ten levels, is added to the cover."""

    multiple = 32

    def __init__(self, config: RivalConfig) -> None:
        super().__init__(config)
        self.hide_net = UNet(3, (64, 128, 256, 512, 512))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def hide(self, secret: Tensor, cover: Tensor) -> Tensor:
        return cover + CODE * torch.tanh(self.hide_net(secret))
