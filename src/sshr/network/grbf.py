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

COUNT = 63
_FINE = 32
_POINTS = (COUNT - 1) * _FINE + 1
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
        rows = _rows(x)
        result = torch.empty_like(rows)
        look_up = _LookUp(values)
        for part, index, fraction in _locate(rows, radius):
            look_up(index, fraction, result[part])
            beyond = _beyond(rows[part], radius)
            if beyond is not None:
                result[part] += beyond.clamp(min=0) * slopes[:, -1]
                result[part] += beyond.clamp(max=0) * slopes[:, 0]
        return _unrows(result, x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        x, values, slopes = ctx.saved_tensors
        rows, gradient = _rows(x), _rows(gradients[0])
        result = torch.empty_like(rows)
        to_values, to_slopes = torch.zeros_like(values), torch.zeros_like(slopes)
        flat = to_values.view(-1)
        look_up = _LookUp(slopes)
        for part, index, fraction in _locate(rows, ctx.radius):
            g = gradient[part]
            look_up(index, fraction, result[part])
            result[part] *= g
            upper = fraction.mul_(g)
            flat.scatter_add_(0, index.view(-1), (g - upper).view(-1))
            flat.scatter_add_(0, index.add_(1).view(-1), upper.view(-1))
            beyond = _beyond(rows[part], ctx.radius)
            if beyond is not None:
                to_slopes[:, -1] += (g * beyond.clamp(min=0)).sum(0)
                to_slopes[:, 0] += (g * beyond.clamp(max=0)).sum(0)
        return _unrows(result, x), to_values, to_slopes, None


class _LookUp:
    """table[index] + fraction * (table[index + 1] - table[index]) into `out`."""

    def __init__(self, table: Tensor) -> None:
        self.table = table.contiguous()
        self.rise = torch.zeros_like(self.table)
        torch.sub(self.table[:, 1:], self.table[:, :-1], out=self.rise[:, :-1])

    def __call__(self, index: Tensor, fraction: Tensor, out: Tensor) -> None:
        torch.addcmul(self.table.take(index), self.rise.take(index), fraction, out=out)


def _locate(rows: Tensor, radius: float) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """Chunk by chunk: which rows, flat table index (int64) and fraction of each element."""
    count, channels = rows.shape
    per_chunk = max(1, _CHUNK // channels)
    offsets = torch.arange(channels, device=rows.device) * _POINTS
    inverse = (_POINTS - 1) / (2 * radius)
    for start in range(0, count, per_chunk):
        part = slice(start, start + per_chunk)
        position = torch.mul(rows[part], inverse).add_((_POINTS - 1) / 2)
        position.clamp_(0, _POINTS - 1.001)
        index = position.long().clamp_(0, _POINTS - 2)  # NaN has no place in the table
        yield part, index.add_(offsets), position.frac_()


def _beyond(rows: Tensor, radius: float) -> Tensor | None:
    """Signed distance to the range, None where every element lies inside."""
    low, high = torch.aminmax(rows)
    if low >= -radius and high <= radius:
        return None
    return rows - rows.clamp(-radius, radius)


def _rows(x: Tensor) -> Tensor:
    """(B, C, H, W) -> (B * H * W, C); no copy for channels_last memory."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def _unrows(rows: Tensor, like: Tensor) -> Tensor:
    batch, _, height, width = like.shape
    return rows.view(batch, height, width, -1).permute(0, 3, 1, 2)
