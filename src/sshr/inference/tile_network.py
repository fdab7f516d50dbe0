"""What conceal and reveal ask of a network, whatever runs it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sshr.inference.keyed_mix import KeyedMix
from sshr.network.sizes import Size
from sshr.types import Rgb8

Floats = NDArray[np.float32]
Item = TypeVar("Item")


@dataclass(frozen=True)
class MadeTile:
    """A tile of a stego as its sender's network made it.

    Attributes:
        levels: (H, W, 3) RGB in levels of 0..255, maybe outside.
        scales: (scale_count,), how loud the secret was sent.
        strength: (H, W), how much a rounding error may count at each pixel, see `sshr.rounding`.
    """

    levels: Floats
    scales: Floats
    strength: Floats


class TileNetwork(Protocol):
    """A network on tiles of pictures; a tile may be handed in while another is on its way.

    The sides of a secret's tile are multiples of 16; its reference has the same or up to 15 rows
    and columns more, of which a mixed network makes use. Tiles are (H, W, 3) RGB.

    Attributes:
        digest: SHA-256 of the checkpoint; a stego names its first eight bytes.
        key_dim: numbers of an RSRK key, a multiple of four.
        scale_count: numbers that travel with each tile.
        uses_mix: a keyed mix is needed; elsewhere it is ignored.
    """

    @property
    def digest(self) -> bytes: ...

    @property
    def key_dim(self) -> int: ...

    @property
    def scale_count(self) -> int: ...

    @property
    def uses_mix(self) -> bool: ...

    def at(self, stego_psnr: float) -> "TileNetwork":
        """The same with another stego PSNR (dB) as its aim, where it has one."""

    def group_sizes(self, size: Size) -> list[int]:
        """Of the groups that a mix for a tile of (H, W) deals with; empty without one."""

    def noise_spectrum(self) -> tuple[list[float], list[float]]:
        """Shares of the rings of frequencies, and the power wanted of rounding noise in each."""

    def rsrk_public(self, thumbnail: Floats) -> bytes:
        """k_pub_s for the header (eq. 22) of a secret's `thumbnail`, (3, 256, 256) in [0, 1]."""

    def rsrk_symmetric(self, rsrk_public: bytes, thumbnail: Floats) -> Floats:
        """k_sym (key_dim,) from k_pub_s and the reference's thumbnail (eq. 15)."""

    def conceal(
        self, secret: Rgb8, reference: Rgb8, k_sym: Floats, mix: KeyedMix | None
    ) -> MadeTile:
        """A secret's tile in its reference."""

    def reveal(
        self,
        stego: Rgb8 | Floats,
        reference: Rgb8,
        k_sym: Floats,
        scales: Floats,
        mix: KeyedMix | None,
    ) -> Floats:
        """(H, W, 3) of the secret's size in levels, not clamped; a stego may be unrounded."""

    def each(self, work: Callable[[Item], None], items: Iterable[Item]) -> Iterator[None]:
        """Run `work` on all items, side by side where that pays; yields after each."""
