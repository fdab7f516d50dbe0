"""Runs a network over the tiles of a picture of any size; memory is bounded by the tiles."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.session import Session
from sshr.imaging.tiles import Tile, tile_grid
from sshr.inference.keyed_mix import KeyedMix, no_mix
from sshr.inference.rsrk import key_bytes, thumbnail
from sshr.inference.tile_network import TileNetwork
from sshr.progress import Progress, quiet
from sshr.rounding.rounder import Rounder
from sshr.transports.analog.keyed_mix import tile_noise, tile_permutation, tile_signs
from sshr.types import Rgb8

SCALE = np.dtype("<u2")
"""How each of a tile's scales stands in the metadata: its logarithm in 1/2048 octaves."""

_OCTAVE, _ONE = 2048, 1 << 15


def pack_scales(scales: NDArray[np.float64]) -> bytes:
    """Positive numbers as `SCALE`; what is out of range becomes the nearest that is in it."""
    codes = np.rint(_OCTAVE * np.log2(scales)) + _ONE
    return codes.clip(0, (1 << 16) - 1).astype(SCALE).tobytes()


def unpack_scales(data: bytes) -> NDArray[np.float32]:
    """Inverse of `pack_scales`."""
    codes = np.frombuffer(data, SCALE).astype(np.float64)
    return np.exp2((codes - _ONE) / _OCTAVE).astype(np.float32)


@dataclass(frozen=True)
class Made:
    """What a sender's network made.

    Attributes:
        unrounded: (H, W, 3) fp32 RGB in levels of 0..255, maybe outside.
        scales: `SCALE` of each tile, for the metadata.
        rounder: what turns it into 8 bits.
    """

    unrounded: NDArray[np.float32]
    scales: bytes
    rounder: Rounder


@dataclass(frozen=True)
class Engine:
    """A network bound to the operations that conceal and reveal need.

    Pictures are HWC uint8 RGB. Tiles are independent, so neither their order nor how many run at
    once changes a result.

    Attributes:
        mixed: False leaves the keyed mix out, as an attacker may.
    """

    model: TileNetwork
    mixed: bool = True

    @property
    def identity(self) -> bytes:
        """What a stego's metadata name the checkpoint by."""
        return self.model.digest[:8]

    def rsrk_public(self, secret: Rgb8) -> bytes:
        """k_pub_s for the header."""
        return self.model.rsrk_public(thumbnail(secret))

    def rsrk_symmetric(self, rsrk_public: bytes, reference: Rgb8) -> NDArray[np.float32]:
        """k_sym (d,) from the header's k_pub_s; one key serves all tiles.

        Raises:
            ValueError: the key has another length than this network's.
        """
        key_dim = self.model.key_dim
        if len(rsrk_public) != key_bytes(key_dim):
            raise ValueError(f"{len(rsrk_public)} bytes of key for {key_dim} numbers")
        return self.model.rsrk_symmetric(rsrk_public, thumbnail(reference))

    @property
    def scale_bytes(self) -> int:
        """Bytes of the metadata that each tile takes."""
        return SCALE.itemsize * self.model.scale_count

    def conceal(
        self,
        secret: Rgb8,
        reference: Rgb8,
        k_sym: NDArray[np.float32],
        session: Session,
        progress: Progress = quiet,
    ) -> Made:
        """The stego before rounding and what has to travel with it.

        Args:
            secret: of the carrier's size (see `sshr.imaging.tiles`).
            reference: of at least that size; what the network does not change is kept.
        """
        net, tiles = self.model, tile_grid(*reference.shape[:2])
        stego = np.empty(reference.shape, np.float32)
        strength = np.empty(reference.shape[:2], np.float32)
        scales = np.ones((len(tiles), net.scale_count))

        def one(tile: Tile) -> None:
            own, shared = secret[tile.slices], reference[tile.with_rim]
            made = net.conceal(own, shared, k_sym, self._mix(session, tile))
            scales[tile.index] = made.scales
            stego[tile.with_rim] = made.levels
            if not net.uses_mix:
                _fill_rim(stego, reference, tile, session)
            strength[tile.with_rim] = made.strength

        self._each(one, tiles, "concealing", progress)
        places = [tile.with_rim if net.uses_mix else tile.slices for tile in tiles]
        rounder = Rounder(stego, strength, places, net.noise_spectrum())
        return Made(stego, pack_scales(scales), rounder)

    def reveal(
        self,
        stego: Rgb8 | NDArray[np.float32],
        reference: Rgb8,
        k_sym: NDArray[np.float32],
        scales: bytes,
        session: Session,
        progress: Progress = quiet,
    ) -> Rgb8:
        """The revealed picture, of the carrier's size.

        Args:
            stego: uint8, or for measurements floating levels of 0..255.

        Raises:
            ValueError: another number of scales than the tiles have.
        """
        net, tiles = self.model, tile_grid(*reference.shape[:2])
        if len(scales) != self.scale_bytes * len(tiles):
            raise ValueError(f"{len(scales)} bytes of tile scales for {len(tiles)} tiles")
        values = unpack_scales(scales).reshape(len(tiles), net.scale_count)
        last = tiles[-1]
        revealed = np.empty((last.top + last.height, last.left + last.width, 3), np.uint8)

        def one(tile: Tile) -> None:
            got, shared = stego[tile.with_rim], reference[tile.with_rim]
            mix = self._mix(session, tile)
            levels = net.reveal(got, shared, k_sym, values[tile.index], mix)
            revealed[tile.slices] = np.rint(levels).clip(0, 255)

        self._each(one, tiles, "revealing", progress)
        return revealed

    def _mix(self, session: Session, tile: Tile) -> KeyedMix | None:
        if not self.model.uses_mix:
            return None
        sizes = self.model.group_sizes((tile.height + tile.below, tile.width + tile.right))
        return session_mix(session, tile.index, sizes) if self.mixed else no_mix(sum(sizes))

    def _each(
        self, work: Callable[[Tile], None], tiles: list[Tile], stage: str, progress: Progress
    ) -> None:
        for done, _ in enumerate(self.model.each(work, tiles), start=1):
            progress(stage, done, len(tiles))


def _fill_rim(stego: NDArray[np.float32], reference: Rgb8, tile: Tile, session: Session) -> None:
    """Noise beside a tile that has no part in it, as loud as its own change: silence would show."""
    change = stego[tile.slices] - reference[tile.slices]
    whole = stego[tile.with_rim]
    rim = np.ones(whole.shape, bool)
    rim[: tile.height, : tile.width] = False
    noise = tile_noise(session, tile.index, int(rim.sum()))
    whole[rim] += noise * np.sqrt(np.square(change).mean())


def session_mix(session: Session, index: int, sizes: Sequence[int]) -> KeyedMix:
    """The keyed mix of a tile with groups of these sizes."""
    count = sum(sizes)
    return KeyedMix(
        tile_permutation(session, index, sizes),
        tile_signs(session, index, count),
        partial(tile_noise, session, index, count),
    )
