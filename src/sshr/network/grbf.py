"""Influence functions phi (paper section 3.1): sums of 63 Gaussian radial basis functions.

Because the centres are equidistant, phi is tabulated once per call at 1/32 of their spacing (one
small matrix product) and interpolated; value and derivative agree with the direct sum to about
2e-4 of the weights. Outside its range phi goes on linearly, so a rare large response is neither
lost nor amplified. The element-wise work is done in cache-sized chunks: on a CPU it would
otherwise cost more than the convolutions around it.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

COUNT = 63
_FINE = 32
_POINTS = (COUNT - 1) * _FINE + 1
_INTERVALS = _POINTS + 1  # between the points, and one beyond each end
_CHUNK = 1 << 16


def gaussian_basis(x: Tensor, radius: float) -> tuple[Tensor, Tensor]:
    """The 63 Gaussians and their derivatives at points x (P,): two (P, 63) tensors.

    Centres are spread evenly over [-radius, radius]; the width equals their spacing.
    """
    centres = torch.linspace(-radius, radius, COUNT, dtype=x.dtype, device=x.device)
    width = 2 * radius / (COUNT - 1)
    distance = (x[:, None] - centres) / width
    value = torch.exp(-0.5 * distance.square())
    return value, -distance / width * value


@lru_cache(maxsize=8)
@torch.inference_mode(False)
def _grid_basis(radius: float, dtype: torch.dtype, device: torch.device) -> Tensor:
    """(63, 2 * points): values, then derivatives, on the table's grid."""
    grid = torch.linspace(-radius, radius, _POINTS, dtype=dtype, device=device)
    return torch.cat(gaussian_basis(grid, radius)).T.contiguous()


class GaussianRBF(nn.Module):
    """phi_i for every channel i, applied element by element to (B, channels, H, W).

    Args:
        slope: phi starts close to `slope * x`; 0 starts it at exactly zero.
    """

    def __init__(self, channels: int, radius: float, slope: float = 0.0) -> None:
        super().__init__()
        self.radius = radius
        centres = torch.linspace(-radius, radius, COUNT)
        # Unit-spaced Gaussians of unit width sum to sqrt(2 pi): this start is a straight line.
        start = slope * centres / (2 * torch.pi) ** 0.5
        self.weights = nn.Parameter(start.repeat(channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        tables = self.weights @ _grid_basis(self.radius, self.weights.dtype, x.device)
        phi: Tensor = _Interpolate.apply(x, *tables.split(_POINTS, dim=1), self.radius)
        return phi


class _Interpolate(torch.autograd.Function):
    """Linear interpolation of per-channel tables, linear continuation outside them."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, values: Tensor, slopes: Tensor, radius: float) -> Tensor:
        ctx.radius = radius
        ctx.save_for_backward(x, values, slopes)
        step = 2 * radius / (_POINTS - 1)
        rise = torch.cat([slopes[:, :1] * step, values.diff(), slopes[:, -1:] * step], dim=1)
        look_up = _LookUp(torch.cat([values[:, :1] - rise[:, :1], values], dim=1), rise)
        rows = _rows(x)
        result = torch.empty_like(rows)
        for part, index, fraction in _locate(rows, radius):
            look_up(index, fraction, result[part])
        return _unrows(result, x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        x, values, slopes = ctx.saved_tensors
        look_up = _LookUp(torch.cat([slopes[:, :1], slopes], dim=1), F.pad(slopes.diff(), (1, 1)))
        rows, gradient = _rows(x), _rows(gradients[0])
        result = torch.empty_like(rows)
        to_start, to_rise = values.new_zeros(2, len(values) * _INTERVALS)
        for part, index, fraction in _locate(rows, ctx.radius):
            g = gradient[part]
            look_up(index, fraction, result[part])
            result[part] *= g
            to_start.index_add_(0, index, g.reshape(-1))
            to_rise.index_add_(0, index, fraction.mul_(g).view(-1))
        start, rise = to_start.view(len(values), -1), to_rise.view(len(values), -1)
        # An inner interval starts at one point and rises to the next; the two outer ones go on from
        # the first and the last point with the slopes there.
        to_values = F.pad(start[:, 1:-1] - rise[:, 1:-1], (0, 1)) + F.pad(rise[:, 1:-1], (1, 0))
        to_values[:, 0] += start[:, 0]
        to_values[:, -1] += start[:, -1]
        step, to_slopes = 2 * ctx.radius / (_POINTS - 1), torch.zeros_like(slopes)
        to_slopes[:, 0] = (rise[:, 0] - start[:, 0]) * step
        to_slopes[:, -1] = rise[:, -1] * step
        return _unrows(result, x), to_values, to_slopes, None


class _LookUp:
    """start[index] + fraction * rise[index] into `out`; both (channels, intervals)."""

    def __init__(self, start: Tensor, rise: Tensor) -> None:
        self.start, self.rise = start.contiguous().view(-1), rise.contiguous().view(-1)

    def __call__(self, index: Tensor, fraction: Tensor, out: Tensor) -> None:
        # On a CPU index_select takes less than half of the time of take.
        start, rise = self.start.index_select(0, index), self.rise.index_select(0, index)
        torch.addcmul(start.view_as(out), rise.view_as(out), fraction, out=out)


def _locate(rows: Tensor, radius: float) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """Chunk by chunk: which rows, flat index (int32, one-dimensional) of each element's interval
    and its place there, from 0 to 1; without bounds in the two outer intervals.
    """
    count, channels = rows.shape
    per_chunk = max(1, _CHUNK // channels)
    offsets = torch.arange(channels, device=rows.device, dtype=torch.int32) * _INTERVALS
    inverse = (_POINTS - 1) / (2 * radius)
    for begin in range(0, count, per_chunk):
        part = slice(begin, begin + per_chunk)
        position = torch.mul(rows[part], inverse).add_((_POINTS - 1) / 2 + 1)
        whole = position.clamp(0, _INTERVALS - 1).floor_()
        index = whole.int().clamp_(0, _INTERVALS - 1)  # NaN has no place in the table
        yield part, index.add_(offsets).view(-1), position.sub_(whole)


def _rows(x: Tensor) -> Tensor:
    """(B, C, H, W) -> (B * H * W, C); no copy for channels_last memory."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1]).contiguous()


def _unrows(rows: Tensor, like: Tensor) -> Tensor:
    batch, _, height, width = like.shape
    return rows.view(batch, height, width, -1).permute(0, 3, 1, 2)
