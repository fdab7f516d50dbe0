"""From a secret's tokens to a row of mixed groups, one for each ring, all at power one."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sshr.network.constants import EMPTY
from sshr.network.mix import Mix
from sshr.network.sizes import Size, ring_sizes, token_counts, whole_blocks


@dataclass(frozen=True)
class Groups:
    """Which of a tile's coefficients form groups.

    Attributes:
        order: (C,) channels sorted by group.
        counts: coefficients of the secret in each group.
        sizes: entries of the row in each group: as many, and some for the rim of the tile.
        tokens: rows and columns of tokens.
    """

    order: Tensor
    counts: Sequence[int]
    sizes: Sequence[int]
    tokens: tuple[int, ...]

    @classmethod
    def in_tile(cls, size: Size, groups: Tensor, shares: Sequence[float], block: int) -> "Groups":
        """Those of a tile of (H, W).

        Args:
            groups: (C,), the group of each channel.
            shares: of the rings, which are the groups.
            block: side of a token in pixels.
        """
        order = torch.argsort(groups, stable=True)
        # Those of the secret, which has no rim.
        tokens = tuple(side // block for side in whole_blocks(size))
        return cls(order, token_counts(size, shares), ring_sizes(size, shares), tokens)

    def split(self, tokens: Tensor) -> list[Tensor]:
        """Tokens (B, C, h, w) -> the groups (B, count)."""
        return list(tokens.index_select(1, self.order).flatten(1).split(list(self.counts), dim=1))

    def join(self, groups: Sequence[Tensor]) -> Tensor:
        """Inverse of `split`."""
        channels = torch.cat(list(groups), dim=1).unflatten(1, (len(self.order), *self.tokens))
        return channels.index_select(1, self.order.argsort())


@dataclass(frozen=True)
class Spread:
    """Tokens (B, C, h, w) <-> row (B, N).

    Attributes:
        scales: (B, groups), what the secret's coefficients are multiplied by.
        filling: the sender's noise (B, N), where a secret leaves a group empty or too short.
    """

    groups: Groups
    mix: Mix
    scales: Tensor
    filling: Tensor | None = None

    @classmethod
    def of_secret(cls, tokens: Tensor, groups: Groups, mix: Mix) -> "Spread":
        """With the scales at which every group, its filling included, has power one exactly.

        Exactly, because U keeps a group's energy: whoever holds the reference measures it, and
        would recognise secrets by it.
        """
        scales, fillings = [], []
        noise = mix.filler.split(list(groups.sizes))
        for own, filler in zip(groups.split(tokens), noise, strict=True):
            if not len(filler):
                scales.append(tokens.new_ones(len(tokens), 1))
                continue
            energy = own.square().sum(1, keepdim=True)
            power = energy / max(own.shape[1], 1)
            scale = power.clamp(min=EMPTY**2).rsqrt()
            missing = (1 - power * scale.square()).detach().clamp(min=0).sqrt()
            within = missing.expand(-1, own.shape[1])
            beyond = missing.new_ones(len(tokens), len(filler) - own.shape[1])
            filling = torch.cat([within, beyond], dim=1) * filler
            whole = torch.cat([own * scale, torch.zeros_like(beyond)], dim=1) + filling
            unit = whole.square().mean(1, keepdim=True).rsqrt()
            scales.append(scale * unit)
            fillings.append(filling * unit)
        return cls(groups, mix, torch.cat(scales, dim=1), torch.cat(fillings, dim=1))

    def forward(self, tokens: Tensor) -> Tensor:
        parts = []
        columns = self.scales.split(1, dim=1)
        for own, scale, size in zip(
            self.groups.split(tokens), columns, self.groups.sizes, strict=True
        ):
            room = own.new_zeros(len(own), size - own.shape[1])
            parts.append(torch.cat([own * scale, room], dim=1))
        row = torch.cat(parts, dim=1)
        if self.filling is not None:
            row = row + self.filling
        return self.mix.forward(row, self.groups.sizes)

    def inverse(self, row: Tensor) -> Tensor:
        """The tokens; what filled the row is left in them or dropped."""
        parts = self.mix.inverse(row, self.groups.sizes).split(list(self.groups.sizes), dim=1)
        columns = self.scales.split(1, dim=1)
        own = [
            part[:, :count] / scale
            for part, count, scale in zip(parts, self.groups.counts, columns, strict=True)
        ]
        return self.groups.join(own)
