"""A peer for speed: a network of HiNet's layer plan (Jing et al., ICCV 2021), with random weights.

Sixteen affine couplings on 12 + 12 Haar channels, each with three dense sub-networks of five 3x3
convolutions, growth 32: 4,050,240 parameters. Written from the published plan; not trained.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.transform import Transform

CHANNELS, GROWTH, LAYERS, BLOCKS = 12, 32, 5, 16
CLAMP = 2.0


class Dense(nn.Module):
    """(B, 12, H, W) -> (B, 12, H, W); every convolution sees the input and all earlier outputs."""

    def __init__(self) -> None:
        super().__init__()
        outputs = [GROWTH] * (LAYERS - 1) + [CHANNELS]
        self.layers = nn.ModuleList(
            nn.Conv2d(CHANNELS + i * GROWTH, out, 3, padding=1) for i, out in enumerate(outputs)
        )
        for layer in self.layers:
            nn.init.normal_(layer.weight, std=0.01)

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self.layers
        for layer in hidden:
            x = torch.cat([x, F.leaky_relu(layer(x))], dim=1)
        left: Tensor = last(x)
        return left


class Coupling(nn.Module):
    """One invertible block on the pair (carrier, payload)."""

    def __init__(self) -> None:
        super().__init__()
        self.shift_carrier, self.scale, self.shift = Dense(), Dense(), Dense()

    def _log_scale(self, carrier: Tensor) -> Tensor:
        return 2 * CLAMP * (torch.sigmoid(self.scale(carrier)) - 0.5)

    def forward(self, carrier: Tensor, payload: Tensor) -> tuple[Tensor, Tensor]:
        carrier = carrier + self.shift_carrier(payload)
        return carrier, payload * self._log_scale(carrier).exp() + self.shift(carrier)

    def inverse(self, carrier: Tensor, payload: Tensor) -> tuple[Tensor, Tensor]:
        payload = (payload - self.shift(carrier)) * (-self._log_scale(carrier)).exp()
        return carrier - self.shift_carrier(payload), payload


class HiNetPeer(nn.Module):
    """Images (B, 3, H, W) in [0, 1], sides even."""

    def __init__(self) -> None:
        super().__init__()
        self.transform = Transform("haar:1", "rgb")
        self.blocks = nn.ModuleList(Coupling() for _ in range(BLOCKS))

    def conceal(self, secret: Tensor, reference: Tensor) -> tuple[Tensor, Tensor]:
        """The stego and what is lost of the payload, (B, 12, H/2, W/2)."""
        carrier, payload = self.transform(reference), self.transform(secret)
        for block in self.blocks:
            carrier, payload = block(carrier, payload)
        return self.transform.inverse(carrier), payload

    def reveal(self, stego: Tensor, lost: Tensor) -> Tensor:
        """The revealed picture; a receiver draws `lost` from N(0, 1)."""
        carrier, payload = self.transform(stego), lost
        for block in reversed(self.blocks):
            carrier, payload = block.inverse(carrier, payload)
        return self.transform.inverse(payload)
