"""How many coefficients of a tile belong to which ring of frequencies; without torch."""

from collections.abc import Sequence

from sshr.rounding.kernels import split_count

Size = tuple[int, int]
"""(H, W)."""

TILE_MULTIPLE = 16
"""The sides of a secret's tile are multiples of it."""


def ring_sizes(size: Size, shares: Sequence[float]) -> list[int]:
    """Coefficients of each ring in a tile of (H, W): those of whole blocks, and the rim's share."""
    within = token_counts(size, shares)
    rim = split_count(3 * size[0] * size[1] - sum(within), shares)
    return [a + b for a, b in zip(within, rim, strict=True)]


def token_counts(size: Size, shares: Sequence[float]) -> list[int]:
    """Coefficients of each ring that a secret fills."""
    height, width = whole_blocks(size)
    return split_count(3 * height * width, shares)


def whole_blocks(size: Size) -> Size:
    """The part of a tile that a secret fills: its sides' multiples of 16."""
    height, width = size
    return height - height % TILE_MULTIPLE, width - width % TILE_MULTIPLE
