"""Layers that several rivals share."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROWTH, LAYERS = 32, 5
CLAMP = 2.0
START = 0.01
"""Standard deviation of the weights that an invertible rival starts with."""


def conv_block(inputs: int, outputs: int) -> nn.Sequential:
    """3x3 convolution, batch normalisation, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class DenseBlock(nn.Module):
    """(B, C, H, W) -> the same; each of five 3x3 convolutions sees the input and what came before.

    The last starts at zero, so that a coupling starts as the identity.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        outputs = [GROWTH] * (LAYERS - 1) + [channels]
        self.layers = nn.ModuleList(
            nn.Conv2d(channels + i * GROWTH, out, 3, padding=1) for i, out in enumerate(outputs)
        )
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=START)
        for parameter in self.layers[-1].parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self.layers
        for layer in hidden:
            x = torch.cat([x, F.leaky_relu(layer(x))], dim=1)
        left: Tensor = last(x)
        return left


class AffineCoupling(nn.Module):
    """One invertible block on the pair (carrier, payload), both (B, C, H, W)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.carrier_shift = DenseBlock(channels)
        self.scale = DenseBlock(channels)
        self.shift = DenseBlock(channels)

    def forward(self, carrier: Tensor, payload: Tensor) -> tuple[Tensor, Tensor]:
        carrier = carrier + self.carrier_shift(payload)
        return carrier, payload * self._log_scale(carrier).exp() + self.shift(carrier)

    def inverse(self, carrier: Tensor, payload: Tensor) -> tuple[Tensor, Tensor]:
        """What `forward` was given."""
        payload = (payload - self.shift(carrier)) * (-self._log_scale(carrier)).exp()
        return carrier - self.carrier_shift(payload), payload

    def _log_scale(self, carrier: Tensor) -> Tensor:
        return 2 * CLAMP * (torch.sigmoid(self.scale(carrier)) - 0.5)
