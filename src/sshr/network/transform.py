"""Front end: colour rotation and an orthonormal wavelet, packed to one resolution.

The paper (section 3.1) works on a one-level Haar transform of RGB: `Transform("haar:1", "rgb")`.
`base` uses opponent colours and deeper transforms, which compact a photograph's energy better.
`unshuffle:2` only sorts pixels into channels: the paper's ablation "without wavelet".
Every map here is linear and orthonormal, so an error keeps its energy from domain to domain.
"""

from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.wavelets import WAVELETS, dct_matrix, pixel_matrix, wavelet_matrix

TRANSFORMS = ("haar:1", "haar:3", "db4:4", "dct:8", "unshuffle:2")
COLOURS = ("rgb", "opponent")
_BLOCK_MATRICES = {"dct": dct_matrix, "unshuffle": pixel_matrix}


def _opponent() -> Tensor:
    """Luma-like mean, red-blue and green-magenta axes: an orthonormal 3x3 matrix."""
    rows = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 2.0, -1.0]], dtype=torch.float64)
    return rows / rows.norm(dim=1, keepdim=True)


class Transform(nn.Module):
    """Image (B, 3, H, W) in [0, 1], RGB <-> packed coefficients (B, C, H/m, W/m).

    `m` is `multiple` (2, 8 or 16) and C = 3 m^2: the bands of a finer level are folded into
    channels (space to depth) so that every level lies on the coarsest grid. Channel order: colour
    slowest, then coarse to fine. `bands` maps every channel to its band, a (colour, level,
    orientation) class whose coefficients share their statistics.

    Raises:
        ValueError: unknown transform or colour space.
    """

    bands: Tensor

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        if name not in TRANSFORMS or colour not in COLOURS:
            raise ValueError(f"unknown transform {name!r} / {colour!r}")
        self.kind, size = name.split(":")
        self.levels = int(size) if self.kind in WAVELETS else 0
        self.multiple = 2**self.levels if self.levels else int(size)
        self.channels = 3 * self.multiple**2
        self.colour = colour
        self.register_buffer("bands", self._band_index(), persistent=False)
        self.band_count = int(self.bands.max()) + 1

    def _band_index(self) -> Tensor:
        if self.levels:
            coarse_to_fine = range(self.levels, 0, -1)
            sizes = [1] + [4 ** (self.levels - n) for n in coarse_to_fine for _ in range(3)]
        else:
            sizes = [1] * self.multiple**2
        one = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
        return torch.cat([one + len(sizes) * c for c in range(3)])

    def forward(self, image: Tensor) -> Tensor:
        """Image in [0, 1] -> packed coefficients of the centred image (image - 0.5)."""
        return self.pack(self._colour(image - 0.5, inverse=False))

    def inverse(self, coefficients: Tensor) -> Tensor:
        """Packed coefficients -> image; not clamped."""
        return self._colour(self.unpack(coefficients), inverse=True) + 0.5

    def _colour(self, planes: Tensor, inverse: bool) -> Tensor:
        if self.colour == "rgb":
            return planes
        matrix = _opponent().to(planes)
        return torch.einsum("ij,bjhw->bihw", matrix.T if inverse else matrix, planes)

    def pack(self, planes: Tensor) -> Tensor:
        """Colour planes (B, 3, H, W) -> packed coefficients."""
        if not self.levels:
            return self._split_blocks(planes)
        return self._fold(torch.stack(_quarters(self._analyse(planes)), dim=2))

    def unpack(self, coefficients: Tensor) -> Tensor:
        """Packed coefficients -> colour planes (B, 3, H, W)."""
        if not self.levels:
            return self._join_blocks(coefficients)
        low, lower, right, corner = self._unfold(coefficients).unbind(2)
        both = torch.cat([torch.cat([low, right], -1), torch.cat([lower, corner], -1)], -2)
        return self._synthesise(both)

    def to_half(self, coefficients: Tensor) -> Tensor:
        """Packed coefficients -> the 12 one-level bands (B, 12, H/2, W/2), colour slowest.

        This is where the diffusion term's filters live: the paper's own domain, whatever the
        transform of the coupled state. Orthonormal; `from_half` is its inverse and its adjoint.
        """
        if not self.levels:
            return torch.stack(_haar_split(self.unpack(coefficients)), dim=2).flatten(1, 2)
        return self._unfold(coefficients).flatten(1, 2)

    def from_half(self, bands: Tensor) -> Tensor:
        """The 12 one-level bands -> packed coefficients."""
        quarters = bands.unflatten(1, (3, 4))
        if not self.levels:
            return self.pack(_haar_join(quarters))
        return self._fold(quarters.clone(memory_format=torch.contiguous_format))

    def _fold(self, quarters: Tensor) -> Tensor:
        """One-level bands (B, 3, 4, H/2, W/2), which are used up -> packed coefficients.

        Every coarser level takes the place of the low band it comes from; one look-up then brings
        all of them to the coarsest grid, which on a CPU beats folding them one by one.
        """
        height, width = quarters.shape[-2:]
        for low in self._low_bands(quarters):
            low.copy_(self._analyse(low))
        order, _ = _folding(self.levels, height, width, quarters.device)
        folded = quarters.view(-1, len(order)).index_select(1, order)
        coarsest = (2 * height // self.multiple, 2 * width // self.multiple)
        return folded.view(-1, self.channels, *coarsest)

    def _unfold(self, coefficients: Tensor) -> Tensor:
        """Inverse of `_fold`: (B, 3, 4, H/2, W/2)."""
        height, width = (side * self.multiple // 2 for side in coefficients.shape[-2:])
        _, order = _folding(self.levels, height, width, coefficients.device)
        folded = coefficients.reshape(-1, len(order))
        quarters = folded.index_select(1, order).view(-1, 3, 4, height, width)
        for low in reversed(self._low_bands(quarters)):
            low.copy_(self._synthesise(low))
        return quarters

    def _low_bands(self, quarters: Tensor) -> list[Tensor]:
        """Views of the low bands that a further level splits, fine to coarse."""
        height, width = quarters.shape[-2:]
        return [
            quarters[:, :, 0, : height >> level, : width >> level]
            for level in range(self.levels - 1)
        ]

    def _analyse(self, planes: Tensor) -> Tensor:
        """One level: (B, 3, H, W) -> the same shape, LL in the first quarter, details around it."""
        rows, columns = self._matrices(planes)
        return rows @ planes @ columns.T

    def _synthesise(self, bands: Tensor) -> Tensor:
        """Inverse of `_analyse`."""
        rows, columns = self._matrices(bands)
        return rows.T @ bands @ columns

    def _matrices(self, like: Tensor) -> tuple[Tensor, Tensor]:
        height, width = like.shape[-2:]
        rows = wavelet_matrix(self.kind, height, like.dtype, like.device)
        return rows, wavelet_matrix(self.kind, width, like.dtype, like.device)

    def _split_blocks(self, planes: Tensor) -> Tensor:
        n = self.multiple
        matrix = _BLOCK_MATRICES[self.kind](n, planes.dtype, planes.device)
        blocks = planes.unflatten(-1, (-1, n)).unflatten(-3, (-1, n))
        coefficients = torch.einsum("ui,bchiwj,vj->bcuvhw", matrix, blocks, matrix)
        return coefficients.flatten(1, 3)

    def _join_blocks(self, coefficients: Tensor) -> Tensor:
        n = self.multiple
        matrix = _BLOCK_MATRICES[self.kind](n, coefficients.dtype, coefficients.device)
        blocks = coefficients.unflatten(1, (3, n, n))
        planes = torch.einsum("ui,bcuvhw,vj->bchiwj", matrix, blocks, matrix)
        return planes.flatten(-2).flatten(-3, -2)


def _quarters(bands: Tensor) -> list[Tensor]:
    """LL and the three details (horizontal, vertical, diagonal), each (..., H/2, W/2)."""
    (low, right), (lower, corner) = (half.chunk(2, -1) for half in bands.chunk(2, -2))
    return [low, lower, right, corner]


@lru_cache(maxsize=32)
@torch.inference_mode(False)
def _folding(levels: int, height: int, width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Where each packed coefficient stands in `_fold`'s (4, height, width), and the inverse.

    Folding a band is space to depth: (f h, f w) -> (f f, h, w).
    """
    places = torch.arange(4 * height * width).view(4, 1, height, width)
    low, *details = places
    groups: list[Tensor] = []
    for level in range(1, levels + 1):
        if level > 1:
            low, *details = _quarters(low)
        factor = 2 ** (levels - level)
        groups = [F.pixel_unshuffle(band, factor).flatten() for band in details] + groups
    order = torch.cat([low.flatten(), *groups])
    return order.to(device), order.argsort().to(device)


def _haar_split(planes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    a, b = planes[..., 0::2, 0::2], planes[..., 0::2, 1::2]
    c, d = planes[..., 1::2, 0::2], planes[..., 1::2, 1::2]
    return (a + b + c + d) / 2, (a + b - c - d) / 2, (a - b + c - d) / 2, (a - b - c + d) / 2


def _haar_join(quarters: Tensor) -> Tensor:
    parts = torch.stack(_haar_split_transposed(quarters), dim=2).flatten(1, 2)
    return F.pixel_shuffle(parts, 2)


def _haar_split_transposed(quarters: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    p, q, r, s = quarters.unbind(2)
    return (p + q + r + s) / 2, (p + q - r - s) / 2, (p - q + r - s) / 2, (p - q - r + s) / 2
