"""Keyed orthonormal mix U = D2 H P D1 over all coefficients of a tile (docs/method.md).

Sign flips, a permutation across all bands and colours, an orthonormal Hartley transform, sign
flips. One transform over the whole tile: energies of separate chunks would tell secrets apart. The
signs and the permutation are the caller's: a session key's in use, random ones in training. White
noise stays white under U, so it costs no fidelity.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


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
        return (hartley(flat) * self.outer).view(x.shape)

    def inverse(self, x: Tensor) -> Tensor:
        """U^T x."""
        flat = hartley(x.flatten(1) * self.outer)
        back = torch.empty_like(flat).scatter(1, self.permutation.expand_as(flat), flat)
        return (back * self.inner).view(x.shape)


def random_mix(count: int, generator: torch.Generator) -> Mix:
    """A mix for training and tests; not cryptographic."""
    signs = torch.randint(0, 2, (2, count), generator=generator).float() * 2 - 1
    return Mix(torch.randperm(count, generator=generator), signs[0], signs[1])


def hartley(x: Tensor) -> Tensor:
    """Orthonormal discrete Hartley transform of (B, N), any N; its own inverse."""
    spectrum = torch.fft.rfft(x, norm="ortho")
    real, imaginary = spectrum.real, spectrum.imag
    mirrored = (real + imaginary)[:, 1 : x.shape[1] - real.shape[1] + 1].flip(1)
    return torch.cat([real - imaginary, mirrored], dim=1)
