"""Keyed orthonormal mix within groups of equal gain, as `sshr.network.mix`, in NumPy."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.network.constants import MIX_ROUNDS, MIX_SMALL, MIX_VECTORS

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class KeyedMix:
    """U for rows of N coefficients that are sorted by group.

    Attributes:
        permutation: (N,) int64, within each group.
        signs: (9, N) int8 of +-1; those after the third are for small groups.
        filler: makes (N,) fp32 of deviation one, noise for what a secret leaves empty; most
            secrets leave nothing.
    """

    permutation: NDArray[np.int64]
    signs: NDArray[np.int8]
    filler: Callable[[], Floats]

    def forward(self, row: Floats, sizes: Sequence[int]) -> Floats:
        """U x for x (N,), N = sum of the groups' sizes."""
        mixed = (row * self.signs[0])[self.permutation]
        for part, signs in self._groups(mixed, sizes):
            for sign in signs:
                np.multiply(hartley(part), sign, out=part)
        return mixed

    def inverse(self, row: Floats, sizes: Sequence[int]) -> Floats:
        """U^T x."""
        mixed = row.copy()
        for part, signs in self._groups(mixed, sizes):
            for sign in signs[::-1]:
                part[:] = hartley(part * sign)
        back = np.empty_like(mixed)
        back[self.permutation] = mixed
        back *= self.signs[0]
        return back

    def _groups(
        self, row: Floats, sizes: Sequence[int]
    ) -> Iterator[tuple[Floats, NDArray[np.int8]]]:
        """Views of the groups that are not empty, and the signs (rounds, size) of their rounds."""
        start = 0
        for size in sizes:
            part = slice(start, start + size)
            start += size
            if size:
                last = MIX_VECTORS if size < MIX_SMALL else 1 + MIX_ROUNDS
                yield row[part], self.signs[1:last, part]


def no_mix(count: int) -> KeyedMix:
    """U = id but for its transforms, and no filling: what an attacker without a key may try."""
    signs = np.ones((MIX_VECTORS, count), np.int8)
    return KeyedMix(np.arange(count), signs, lambda: np.zeros(count, np.float32))


def hartley(x: Floats) -> Floats:
    """Orthonormal discrete Hartley transform of (N,), any N; its own inverse."""
    spectrum = np.fft.rfft(x, norm="ortho")
    real, imaginary = spectrum.real, spectrum.imag
    found = np.empty_like(x)
    np.subtract(real, imaginary, out=found[: len(real)])
    rest = len(x) - len(real)
    if rest:
        np.add(real[rest:0:-1], imaginary[rest:0:-1], out=found[len(real) :])
    return found
