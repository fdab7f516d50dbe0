"""Orthonormal banks: the kernels k_i of the diffusion term, with stride, so that kbar undoes k.

TNRD, from which the paper takes its diffusion term, makes kernels from the atoms of a block DCT.
With ALL atoms of an orthonormal transform, sum_i kbar_i * phi_i(k_i * u) is exactly B^T phi(B u):
one influence function for each coefficient, and an inverse known in closed form. An atom of the
picture is an atom of the Haar state as well, since Haar is orthonormal; here both are applied to
planes.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import torch
from torch import Tensor

from sshr.network.sizes import Size, ring_sizes
from sshr.network.transform import CHANNELS, Transform
from sshr.rounding.kernels import dct_array, frequency_order


@lru_cache(maxsize=64)
@torch.inference_mode(False)
def dct_matrix(size: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The (size, size) orthonormal DCT-II."""
    return torch.tensor(dct_array(size), dtype=dtype, device=device)


class BlockBank:
    """Atoms of size x size pixels side by side: planes (B, 3, H, W) <-> tokens (B, C, h, w).

    C = 3 size^2, colour slowest, then vertical, then horizontal frequency; h = H / size.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.channels = 3 * size * size

    def split(self, planes: Tensor) -> Tensor:
        n = self.size
        matrix = dct_matrix(n, planes.dtype, planes.device)
        blocks = planes.unflatten(-1, (-1, n)).unflatten(-3, (-1, n))
        return torch.einsum("ui,bchiwj,vj->bcuvhw", matrix, blocks, matrix).flatten(1, 3)

    def join(self, tokens: Tensor) -> Tensor:
        """Inverse of `split`."""
        n = self.size
        matrix = dct_matrix(n, tokens.dtype, tokens.device)
        blocks = tokens.unflatten(1, (3, n, n))
        planes = torch.einsum("ui,bcuvhw,vj->bchiwj", matrix, blocks, matrix)
        return planes.flatten(-2).flatten(-3, -2)


class RowBank(Protocol):
    """A bank whose coefficients stand in one row: planes (B, 3, H, W) <-> (B, 3 H W).

    Attributes:
        colours: coefficients of so many planes lie side by side.
        classes: how many classes of equal gain there are.
    """

    colours: int
    classes: int

    def row(self, planes: Tensor) -> Tensor:
        """Coefficients of planes."""

    def planes(self, row: Tensor, size: Size) -> Tensor:
        """Inverse of `row`; `size` is (H, W)."""

    def class_of(self, size: Size) -> Tensor:
        """The class of each entry of a row, int64."""


class HaarRows:
    """The paper's one-level bands, a class each."""

    colours, classes = 1, CHANNELS

    def __init__(self) -> None:
        self._transform = Transform("haar:1", "rgb")

    def row(self, planes: Tensor) -> Tensor:
        return self._transform.pack(planes).flatten(1)

    def planes(self, row: Tensor, size: Size) -> Tensor:
        return self._transform.unpack(row.view(len(row), CHANNELS, size[0] // 2, size[1] // 2))

    def class_of(self, size: Size) -> Tensor:
        return torch.arange(CHANNELS).repeat_interleave(size[0] * size[1] // 4)


class BlockRows:
    """The kernels of a `BlockBank`, a class each."""

    colours = 1

    def __init__(self, size: int) -> None:
        self._bank = BlockBank(size)
        self.classes = self._bank.channels

    def row(self, planes: Tensor) -> Tensor:
        return self._bank.split(planes).flatten(1)

    def planes(self, row: Tensor, size: Size) -> Tensor:
        n = self._bank.size
        return self._bank.join(row.view(len(row), -1, size[0] // n, size[1] // n))

    def class_of(self, size: Size) -> Tensor:
        kernels = torch.arange(self.classes)
        return kernels.repeat_interleave(size[0] * size[1] // self._bank.size**2)


class FrequencyRows:
    """Atoms as large as the tile, low frequencies first; a class is a ring and a colour.

    Coefficients stand in order of their distance from zero frequency, the three colours of one
    frequency side by side. A smooth function of frequency is what noise-shaped rounding can follow.
    """

    colours = 3

    def __init__(self, shares: Sequence[float]) -> None:
        self.shares = list(shares)
        self.classes = 3 * len(self.shares)

    def row(self, planes: Tensor) -> Tensor:
        rows, columns = _matrices(planes)
        order, _ = _orders(*size_of(planes), planes.device)
        spectrum = (rows @ planes @ columns.mT).flatten(2).index_select(2, order)
        return spectrum.mT.flatten(1)

    def planes(self, row: Tensor, size: Size) -> Tensor:
        _, back = _orders(*size, row.device)
        spectrum = row.unflatten(1, (-1, 3)).mT.index_select(2, back).unflatten(2, size)
        rows, columns = _matrices(spectrum)
        return rows.mT @ spectrum @ columns

    def class_of(self, size: Size) -> Tensor:
        ring = self.ring_of(size)
        return 3 * ring + torch.arange(3).repeat(size[0] * size[1])

    def ring_of(self, size: Size) -> Tensor:
        """The ring of each entry of a row."""
        sizes = torch.tensor(ring_sizes(size, self.shares))
        return torch.arange(len(sizes)).repeat_interleave(sizes)


class RankedRows:
    """`FrequencyRows` in another order: classes by rank, so that each ring holds the next loudest.

    Args:
        rank: (classes,) of ring and colour, 0 the loudest.
    """

    colours = 1

    def __init__(self, bank: FrequencyRows, rank: Tensor) -> None:
        self._bank, self._rank = bank, rank
        self._orders: dict[Size, tuple[Tensor, Tensor]] = {}
        self.classes = len(bank.shares)

    def row(self, planes: Tensor) -> Tensor:
        return self._bank.row(planes).index_select(1, self._order(size_of(planes))[0])

    def planes(self, row: Tensor, size: Size) -> Tensor:
        return self._bank.planes(row.index_select(1, self._order(size)[1]), size)

    def class_of(self, size: Size) -> Tensor:
        return self._bank.ring_of(size)

    def _order(self, size: Size) -> tuple[Tensor, Tensor]:
        """Of a row's entries by rank, and the inverse; sorting takes longer than all else here."""
        if size not in self._orders:
            rank = self._rank[self._bank.class_of(size).to(self._rank.device)]
            order = rank.argsort(stable=True)
            self._orders[size] = order, order.argsort()
        return self._orders[size]


def named_bank(name: str, block: int, shares: Sequence[float]) -> RowBank:
    """One of `sshr.network.config.BANKS`."""
    if name == "haar":
        return HaarRows()
    return BlockRows(block) if name == "block" else FrequencyRows(shares)


def size_of(planes: Tensor) -> Size:
    """(H, W) of planes (..., H, W)."""
    return planes.shape[-2], planes.shape[-1]


def _matrices(planes: Tensor) -> tuple[Tensor, Tensor]:
    height, width = planes.shape[-2:]
    rows = dct_matrix(height, planes.dtype, planes.device)
    return rows, dct_matrix(width, planes.dtype, planes.device)


@lru_cache(maxsize=16)
@torch.inference_mode(False)
def _orders(height: int, width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The order of `FrequencyRows` over flattened frequencies, and its inverse."""
    order = torch.from_numpy(frequency_order(height, width))
    return order.to(device), order.argsort().to(device)
