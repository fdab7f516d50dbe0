"""Front end: colour rotation and an orthonormal wavelet, packed to one resolution.

The paper (section 3.1) works on a one-level Haar transform of RGB: `Transform("haar:1", "rgb")`.
`base` uses opponent colours and deeper transforms, which compact a photograph's energy better.
Every map here is linear and orthonormal, so an error keeps its energy from domain to domain.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.wavelets import WAVELETS, dct_matrix, wavelet_matrix

TRANSFORMS = ("haar:1", "haar:3", "db4:4", "dct:8")
COLOURS = ("rgb", "opponent")


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
            return self._block_dct(planes)
        groups: list[Tensor] = []
        for level in range(1, self.levels + 1):
            low, *details = self._split(planes)
            fold = 2 ** (self.levels - level)
            groups = [_fold(band, fold) for band in details] + groups
            planes = low
        return torch.cat([planes.unsqueeze(2), *groups], dim=2).flatten(1, 2)

    def unpack(self, coefficients: Tensor) -> Tensor:
        """Packed coefficients -> colour planes (B, 3, H, W)."""
        if not self.levels:
            return self._inverse_block_dct(coefficients)
        return self._join(self._to_first_level(coefficients))

    def to_half(self, coefficients: Tensor) -> Tensor:
        """Packed coefficients -> the 12 one-level bands (B, 12, H/2, W/2), colour slowest.

        This is where the diffusion term's filters live: the paper's own domain, whatever the
        transform of the coupled state. Orthonormal; `from_half` is its inverse and its adjoint.
        """
        if not self.levels:
            return torch.stack(_haar_split(self.unpack(coefficients)), dim=2).flatten(1, 2)
        return self._to_first_level(coefficients).flatten(1, 2)

    def from_half(self, bands: Tensor) -> Tensor:
        """The 12 one-level bands -> packed coefficients."""
        quarters = bands.unflatten(1, (3, 4))
        if not self.levels:
            return self.pack(_haar_join(quarters))
        low, groups = quarters[:, :, 0], []
        fold = 2 ** (self.levels - 1)
        groups = [_fold(quarters[:, :, i], fold) for i in (1, 2, 3)]
        for level in range(2, self.levels + 1):
            low, *details = self._split(low)
            groups = [_fold(band, 2 ** (self.levels - level)) for band in details] + groups
        return torch.cat([low.unsqueeze(2), *groups], dim=2).flatten(1, 2)

    def _to_first_level(self, coefficients: Tensor) -> Tensor:
        """(B, 3, 4, H/2, W/2): everything but the finest level put together."""
        packed = coefficients.unflatten(1, (3, -1))
        low, start = packed[:, :, 0], 1
        for level in range(self.levels, 0, -1):
            fold = 2 ** (self.levels - level)
            count = fold * fold
            details = [
                _unfold(packed[:, :, start + i * count : start + (i + 1) * count], fold)
                for i in range(3)
            ]
            quarters = torch.stack([low, *details], dim=2)
            if level == 1:
                return quarters
            low, start = self._join(quarters), start + 3 * count
        raise AssertionError("levels >= 1")

    def _matrices(self, height: int, width: int, like: Tensor) -> tuple[Tensor, Tensor]:
        rows = wavelet_matrix(self.kind, height, like.dtype, like.device)
        return rows, wavelet_matrix(self.kind, width, like.dtype, like.device)

    def _split(self, planes: Tensor) -> tuple[Tensor, ...]:
        """One level: (B, 3, H, W) -> LL and the three detail bands, each (B, 3, H/2, W/2)."""
        height, width = planes.shape[-2:]
        rows, columns = self._matrices(height, width, planes)
        both = rows @ planes @ columns.T
        h, w = height // 2, width // 2
        return both[..., :h, :w], both[..., h:, :w], both[..., :h, w:], both[..., h:, w:]

    def _join(self, quarters: Tensor) -> Tensor:
        """Inverse of `_split` on stacked bands (B, 3, 4, h, w)."""
        low, lower, right, corner = quarters.unbind(2)
        both = torch.cat([torch.cat([low, right], -1), torch.cat([lower, corner], -1)], -2)
        rows, columns = self._matrices(both.shape[-2], both.shape[-1], both)
        return rows.T @ both @ columns

    def _block_dct(self, planes: Tensor) -> Tensor:
        n = self.multiple
        matrix = dct_matrix(n, planes.dtype, planes.device)
        blocks = planes.unflatten(-1, (-1, n)).unflatten(-3, (-1, n))
        coefficients = torch.einsum("ui,bchiwj,vj->bcuvhw", matrix, blocks, matrix)
        return coefficients.flatten(1, 3)

    def _inverse_block_dct(self, coefficients: Tensor) -> Tensor:
        n = self.multiple
        matrix = dct_matrix(n, coefficients.dtype, coefficients.device)
        blocks = coefficients.unflatten(1, (3, n, n))
        planes = torch.einsum("ui,bcuvhw,vj->bchiwj", matrix, blocks, matrix)
        return planes.flatten(-2).flatten(-3, -2)


def _fold(band: Tensor, factor: int) -> Tensor:
    """Space to depth: (B, 3, H, W) -> (B, 3, f*f, H/f, W/f)."""
    return F.pixel_unshuffle(band, factor).unflatten(1, (3, factor * factor))


def _unfold(packed: Tensor, factor: int) -> Tensor:
    """Depth to space: (B, 3, f*f, h, w) -> (B, 3, h*f, w*f)."""
    return F.pixel_shuffle(packed.flatten(1, 2), factor)


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
