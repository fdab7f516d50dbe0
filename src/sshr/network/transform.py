"""Front end: colour axes and the paper's one-level Haar transform (section 3.1).

`unshuffle:2` only sorts pixels into channels: the paper's ablation "without wavelet". Every map
here is linear and orthonormal, so an error keeps its energy from domain to domain.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.config import COLOURS, TRANSFORMS
from sshr.network.constants import MEAN_COLOUR, opponent

CHANNELS = 12


class Transform(nn.Module):
    """RGB image (B, 3, H, W) in [0, 1] <-> colour planes <-> state (B, 12, H/2, W/2).

    Planes are centred on MEAN_COLOUR and have the same size as the image. The state's channels are
    the one-level bands (low, horizontal, vertical, diagonal detail) of each plane, colour slowest.
    H and W must be even for the state.

    Raises:
        ValueError: unknown transform or colour space.
    """

    mean: Tensor

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        if name not in TRANSFORMS or colour not in COLOURS:
            raise ValueError(f"unknown transform {name!r} / {colour!r}")
        self.name = name
        self.colour = colour
        self.register_buffer("mean", torch.tensor(MEAN_COLOUR).view(3, 1, 1), persistent=False)

    def planes(self, image: Tensor) -> Tensor:
        """Image -> centred colour planes."""
        return self._turn(image - self.mean, inverse=False)

    def image(self, planes: Tensor) -> Tensor:
        """Inverse of `planes`; not clamped."""
        return self._turn(planes, inverse=True) + self.mean

    def forward(self, image: Tensor) -> Tensor:
        """Image -> state."""
        return self.pack(self.planes(image))

    def inverse(self, state: Tensor) -> Tensor:
        """State -> image; not clamped."""
        return self.image(self.unpack(state))

    def _turn(self, planes: Tensor, inverse: bool) -> Tensor:
        if self.colour == "rgb":
            return planes
        matrix = torch.from_numpy(opponent()).to(planes)
        return torch.einsum("ij,bjhw->bihw", matrix.T if inverse else matrix, planes)

    def pack(self, planes: Tensor) -> Tensor:
        """Planes -> state."""
        if self.name == "unshuffle:2":
            return F.pixel_unshuffle(planes, 2)
        return torch.stack(_haar_split(planes), dim=2).flatten(1, 2)

    def unpack(self, state: Tensor) -> Tensor:
        """State -> planes."""
        if self.name == "unshuffle:2":
            return F.pixel_shuffle(state, 2)
        p, q, r, s = state.unflatten(1, (3, 4)).unbind(2)
        parts = (p + q + r + s, p + q - r - s, p - q + r - s, p - q - r + s)
        return F.pixel_shuffle(torch.stack(parts, dim=2).flatten(1, 2) / 2, 2)


def _haar_split(planes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    a, b = planes[..., 0::2, 0::2], planes[..., 0::2, 1::2]
    c, d = planes[..., 1::2, 0::2], planes[..., 1::2, 1::2]
    return (a + b + c + d) / 2, (a + b - c - d) / 2, (a - b + c - d) / 2, (a - b - c + d) / 2
