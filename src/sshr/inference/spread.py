"""From a secret's tokens to a row of mixed groups, one for each ring, all at power one; as
`sshr.network.spread`, in NumPy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.inference.keyed_mix import KeyedMix
from sshr.network.constants import EMPTY
from sshr.network.sizes import Size, ring_sizes, token_counts, whole_blocks

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class TokenGroups:
    """Which of a tile's coefficients form groups.

    Attributes:
        order: (C,) channels sorted by group.
        counts: coefficients of the secret in each group.
        sizes: entries of the row in each group: as many, and some for the rim of the tile.
        tokens: rows and columns of tokens.
    """

    order: NDArray[np.int64]
    counts: Sequence[int]
    sizes: Sequence[int]
    tokens: tuple[int, int]

    @classmethod
    def in_tile(
        cls, size: Size, order: NDArray[np.int64], shares: Sequence[float], block: int
    ) -> "TokenGroups":
        """Those of a tile of (H, W); `block` is the side of a token in pixels."""
        height, width = (side // block for side in whole_blocks(size))
        counts, sizes = token_counts(size, shares), ring_sizes(size, shares)
        return cls(order, counts, sizes, (height, width))

    def spread(self, tokens: Floats, mix: KeyedMix) -> tuple[Floats, Floats]:
        """Tokens (C, h, w) -> a row (N,) after the mix, and the scales (groups,).

        Every group, its filling included, has power one exactly.
        """
        own = tokens[self.order].reshape(-1)
        row = np.zeros(sum(self.sizes), np.float32)
        scales = np.ones(len(self.sizes), np.float32)
        filler: Floats | None = None
        taken = start = 0
        for index, (count, size) in enumerate(zip(self.counts, self.sizes, strict=True)):
            part, end = row[start : start + size], start + size
            values = own[taken : taken + count]
            taken, start = taken + count, end
            if not size:
                continue
            energy = float(np.dot(values, values))
            power = energy / max(count, 1)
            scale = max(power, EMPTY**2) ** -0.5
            part[:count] = values * np.float32(scale)
            if power < EMPTY**2 or size > count:
                filler = mix.filler() if filler is None else filler
                noise = filler[end - size : end]
                part[:count] += noise[:count] * np.float32(max(1 - power * scale**2, 0) ** 0.5)
                part[count:] = noise[count:]
            unit = (float(np.dot(part, part)) / size) ** -0.5
            part *= np.float32(unit)
            scales[index] = scale * unit
        return mix.forward(row, self.sizes), scales

    def gather(self, row: Floats, mix: KeyedMix, scales: Floats) -> Floats:
        """Inverse of `spread`; what filled the row is left in the tokens or dropped."""
        row = mix.inverse(row, self.sizes)
        parts, start = [], 0
        for count, size, scale in zip(self.counts, self.sizes, scales, strict=True):
            parts.append(row[start : start + count] / scale)
            start += size
        tokens = np.empty((len(self.order), *self.tokens), np.float32)
        tokens[self.order] = np.concatenate(parts).reshape(tokens.shape)
        return tokens
