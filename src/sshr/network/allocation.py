"""Where the payload's power goes: the size of what the coarse layer left over, place by place.

Sender and receiver both know the coarse layer, so both can tell smooth places from textured ones
without another bit. The estimate is a weighted sum of quantised neighbours (the linear start,
fitted by least squares) times a learned correction, which sees more of the same levels.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.side import CoarseLayer
from sshr.network.subbands import join_subbands, split_subbands

FEATURES = 10
_CAP = 15.0
_FLOOR = 0.004
_UNIFORM = 1 / 12**0.5  # deviation of a quantisation error, in steps
_SHIFTED = 3  # magnitudes 1, 2, and 3 or more have their own point of reconstruction


class Allocation(nn.Module):
    """Coarse layer -> reconstruction and log of the expected rest, both packed (B, C, h, w).

    Args:
        levels: of the wavelet transform.
        width: of the learned correction.
    """

    start_weights: Tensor

    def __init__(self, levels: int, width: int) -> None:
        super().__init__()
        self.levels = levels
        weights = torch.zeros(levels, 3, 3, FEATURES)
        weights[..., 0] = 0.1
        self.weights = nn.Parameter(weights)
        self.register_buffer("start_weights", weights.clone())
        self.shifts = nn.Parameter(torch.zeros(levels, 3, _SHIFTED))
        self.register_buffer("start_shifts", torch.zeros(levels, 3, _SHIFTED))
        self.refine = nn.Sequential(
            nn.Conv2d(27, width, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, 9, 1),
        )
        self.level = nn.Parameter(torch.zeros(levels, 9))
        self.close()

    start_shifts: Tensor

    @torch.no_grad()
    def close(self) -> None:
        """Make the learned correction zero."""
        for parameter in self.refine[-1].parameters():
            parameter.zero_()
        self.level.zero_()

    @torch.no_grad()
    def restart(self) -> None:
        """Go back to the linear start."""
        self.close()
        self.weights.copy_(self.start_weights)
        self.shifts.copy_(self.start_shifts)

    def reconstruct(self, layer: CoarseLayer) -> Tensor:
        """Coefficients of the coarse layer: levels, drawn towards zero, times the step."""
        low, details = split_subbands(layer.levels, self.levels)
        drawn = []
        for n, detail in enumerate(details):
            magnitude = detail.abs()
            shift = torch.zeros_like(detail)
            for k in range(_SHIFTED):
                there = magnitude == k + 1 if k < _SHIFTED - 1 else magnitude > k
                shift = shift + there * self.shifts[n, :, k].view(1, 3, 1, 1, 1)
            drawn.append(detail - detail.sign() * shift)
        return join_subbands(low, drawn) * layer.step.view(-1, 1, 1, 1)

    def forward(self, layer: CoarseLayer) -> Tensor:
        """Log of the expected absolute rest, in steps."""
        low, details = split_subbands(layer.levels, self.levels)
        magnitudes = [detail.abs().clamp(max=_CAP) for detail in details]
        logs = []
        for n in range(self.levels):
            features = neighbour_features(magnitudes, n)
            planes = torch.einsum("cof,bcofhw->bcohw", self.weights[n], features)
            linear = planes.clamp(min=_FLOOR).log()
            logs.append(linear + self._correction(magnitudes, n, linear))
        flat = torch.full_like(low, _UNIFORM).log()
        return join_subbands(flat, logs)

    def _correction(self, magnitudes: list[Tensor], n: int, linear: Tensor) -> Tensor:
        own = torch.log1p(magnitudes[n])
        parent = torch.log1p(_parent(magnitudes, n))
        seen = torch.cat([own.flatten(1, 2), parent.flatten(1, 2), linear.flatten(1, 2)], dim=1)
        corrected = self.refine(seen.contiguous(memory_format=torch.channels_last))
        level = self.level[n].view(1, 9, 1, 1)
        return (corrected + level).unflatten(1, (3, 3))


def neighbour_features(magnitudes: list[Tensor], n: int) -> Tensor:
    """(B, 3, 3, FEATURES, H, W) of level n: one, presence, neighbours, family, other subbands."""
    m = magnitudes[n]
    near = cross(m)
    parent = _parent(magnitudes, n)
    if n + 1 < len(magnitudes):
        children = F.avg_pool2d(magnitudes[n + 1].flatten(1, 2), 2).view_as(m) * 4
    else:
        children = torch.zeros_like(m)
    features = (
        torch.ones_like(m),
        m.clamp(max=1),
        near,
        _diagonal(m),
        parent,
        cross(parent),
        children,
        m.sum((1, 2), keepdim=True).expand_as(m),
        near.sum((1, 2), keepdim=True).expand_as(m),
        cross(near),
    )
    return torch.stack(features, dim=3)


def _parent(magnitudes: list[Tensor], n: int) -> Tensor:
    if not n:
        return torch.zeros_like(magnitudes[0])
    return magnitudes[n - 1].repeat_interleave(2, -1).repeat_interleave(2, -2)


def cross(plane: Tensor) -> Tensor:
    """Sum over the four direct neighbours, the border repeated."""
    p = _bordered(plane)
    h, w = plane.shape[-2:]
    vertical = p[..., :h, 1 : w + 1] + p[..., 2:, 1 : w + 1]
    return vertical + p[..., 1 : h + 1, :w] + p[..., 1 : h + 1, 2:]


def _diagonal(plane: Tensor) -> Tensor:
    p = _bordered(plane)
    h, w = plane.shape[-2:]
    return p[..., :h, :w] + p[..., 2:, :w] + p[..., :h, 2:] + p[..., 2:, 2:]


def _bordered(plane: Tensor) -> Tensor:
    flat = plane.flatten(1, 2)
    return F.pad(flat, [1] * 4, mode="replicate").unflatten(1, (3, 3))
