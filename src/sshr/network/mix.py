"""Keyed orthonormal mix U = D2 H P D1 over all coefficients of a tile (docs/method.md).

Sign flips, a permutation across all bands and colours, an orthonormal Walsh-Hadamard transform
over power-of-two chunks, sign flips. The signs and the permutation are the caller's: a session
key's in use, random ones in training. White noise stays white under U, so it costs no fidelity.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

_DIGIT = 16
_LARGEST = 1 << 16


@dataclass(frozen=True)
class Mix:
    """U for tensors of `permutation.numel()` coefficients a sample.

    Attributes:
        permutation: (N,) int64; position i after P holds coefficient permutation[i].
        inner, outer: (N,) float32 of +-1: D1 and D2.
    """

    permutation: Tensor
    inner: Tensor
    outer: Tensor

    def forward(self, x: Tensor) -> Tensor:
        """U x for x (B, ...) with N entries a sample; the shape stays."""
        flat = (x.flatten(1) * self.inner).index_select(1, self.permutation)
        return (hadamard(flat) * self.outer).view(x.shape)

    def inverse(self, x: Tensor) -> Tensor:
        """U^T x."""
        flat = hadamard(x.flatten(1) * self.outer)
        back = torch.empty_like(flat).scatter(1, self.permutation.expand_as(flat), flat)
        return (back * self.inner).view(x.shape)


def random_mix(count: int, generator: torch.Generator) -> Mix:
    """A mix for training and tests; not cryptographic."""
    signs = torch.randint(0, 2, (2, count), generator=generator).float() * 2 - 1
    return Mix(torch.randperm(count, generator=generator), signs[0], signs[1])


def hadamard(x: Tensor) -> Tensor:
    """Orthonormal Walsh-Hadamard transform of (B, N) in chunks; its own inverse.

    The chunk is the largest power of two that divides N, at most 65,536. It is done as small matrix
    products over its digits to base 16 (H_ab = H_a (x) H_b).
    """
    count = x.shape[1]
    chunk = min(count & -count, _LARGEST)
    done, stride = x, 1
    while stride < chunk:
        size = min(_DIGIT, chunk // stride)
        matrix = _hadamard_matrix(size, x.dtype, x.device)
        grid = done.reshape(-1, size, stride)
        done = grid.squeeze(2) @ matrix if stride == 1 else matrix @ grid
        stride *= size
    return done.reshape(x.shape)


@lru_cache(maxsize=32)
@torch.inference_mode(False)
def _hadamard_matrix(size: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    matrix = torch.ones(1, 1, dtype=torch.float64)
    pair = torch.tensor([[1.0, 1.0], [1.0, -1.0]], dtype=torch.float64)
    while matrix.shape[0] < size:
        matrix = torch.kron(pair, matrix)
    return (matrix / size**0.5).to(dtype=dtype, device=device)
