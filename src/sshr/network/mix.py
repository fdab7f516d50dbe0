"""Keyed orthonormal mix within groups of equal gain, at a fixed power (docs/method.md).

U_j = D3 H D2 H P D1 on the coefficients of group j: signs, a permutation, and twice an orthonormal
Hartley transform and signs. Each group is first scaled to power one, so to whoever holds the
reference it is a keyed random point on a sphere of known size, whatever the secret. Once would be
enough for a busy group; a group with a single loud coefficient needs the second transform to look
the same, and a small one eight of them, or all choices of its few signs could be tried. White noise
stays white under U, so it costs no fidelity.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sshr.network.constants import MIX_ROUNDS, MIX_SMALL, MIX_VECTORS


@dataclass(frozen=True)
class Mix:
    """U for rows of N coefficients that are sorted by group.

    Attributes:
        permutation: (N,) int64, within each group.
        signs: (9, N) fp32 of +-1: D1, D2, ...; those after D3 are for small groups.
        filler: (N,) fp32 of deviation one: noise for what a secret leaves empty.
    """

    permutation: Tensor
    signs: Tensor
    filler: Tensor

    def forward(self, row: Tensor, sizes: Sequence[int]) -> Tensor:
        """U x for x (B, N), N = sum of the groups' sizes."""
        row = (row * self.signs[0]).index_select(1, self.permutation)
        parts = []
        for part, signs in self._groups(row, sizes):
            for sign in signs:
                part = hartley(part) * sign
            parts.append(part)
        return torch.cat(parts, dim=1)

    def inverse(self, row: Tensor, sizes: Sequence[int]) -> Tensor:
        """U^T x."""
        parts = []
        for part, signs in self._groups(row, sizes):
            for sign in signs.flip(0):
                part = hartley(part * sign)
            parts.append(part)
        row = torch.cat(parts, dim=1)
        back = torch.empty_like(row).scatter(1, self.permutation.expand_as(row), row)
        return back * self.signs[0]

    def _groups(self, row: Tensor, sizes: Sequence[int]) -> Iterator[tuple[Tensor, Tensor]]:
        """Each group (B, size) that is not empty, and the signs (rounds, size) of its rounds."""
        parts = row.split(list(sizes), dim=1)
        for part, signs in zip(parts, self.signs[1:].split(list(sizes), dim=1), strict=True):
            if part.shape[1]:
                yield part, signs if part.shape[1] < MIX_SMALL else signs[:MIX_ROUNDS]


def random_mix(sizes: Sequence[int], generator: torch.Generator, device: torch.device) -> Mix:
    """A mix for training and tests; not cryptographic."""
    count, start, parts = sum(sizes), 0, []
    for size in sizes:
        parts.append(start + torch.randperm(size, generator=generator))
        start += size
    signs = torch.randint(0, 2, (MIX_VECTORS, count), generator=generator).float() * 2 - 1
    filler = torch.randn(count, generator=generator)
    return Mix(torch.cat(parts).to(device), signs.to(device), filler.to(device))


def no_mix(count: int, device: torch.device) -> Mix:
    """U = id, and no filling: what an attacker without a session key may try."""
    one = torch.ones(MIX_VECTORS, count, device=device)
    return Mix(torch.arange(count, device=device), one, torch.zeros(count, device=device))


def hartley(x: Tensor) -> Tensor:
    """Orthonormal discrete Hartley transform of (B, N), any N; its own inverse."""
    spectrum = torch.fft.rfft(x, norm="ortho")
    real, imaginary = spectrum.real, spectrum.imag
    mirrored = (real + imaginary)[:, 1 : x.shape[1] - real.shape[1] + 1].flip(1)
    return torch.cat([real - imaginary, mirrored], dim=1)
