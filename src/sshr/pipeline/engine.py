"""Runs a network over the tiles of a picture of any size; memory is bounded by the tiles."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from sshr.crypto.session import Session
from sshr.crypto.sidestream import SideStream, TileBits
from sshr.imaging.tiles import Tile, tile_grid
from sshr.network.mix import Mix
from sshr.network.side import Side
from sshr.pipeline.coarse import CoarseCoder
from sshr.zoo.checkpoint import Loaded

Rgb8 = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Step = Callable[[int, int], None]
"""Called after every tile with (tiles done, tiles in all)."""

_KEY_SIDE = 256

SCALE = np.dtype([("scale", "<f4"), ("unit", "<f4")])
"""How a tile's scale and unit (`Side`) stand in the metadata."""


@dataclass(frozen=True)
class Made:
    """What a sender's network made.

    Attributes:
        unrounded: (H, W, 3) fp32 RGB in levels of 0..255, maybe outside.
        scales: one `SCALE` for each tile, for the metadata.
        streams: the tiles' coarse layers; empty for a network without.
    """

    unrounded: NDArray[np.float32]
    scales: bytes
    streams: SideStream


@dataclass(frozen=True)
class Engine:
    """A loaded network bound to the operations that conceal and reveal need.

    Pictures are HWC uint8 RGB. Tiles are independent, so neither their order nor how many run at
    once changes a result.
    """

    model: Loaded

    @property
    def identity(self) -> bytes:
        """What a stego's metadata name the checkpoint by."""
        return self.model.digest[:8]

    @torch.inference_mode()
    def public_key(self, secret: Rgb8) -> bytes:
        """k_pub_s for the header."""
        codes = self.model.net.public_key(self._thumbnail(secret))
        return codes[0].cpu().numpy().tobytes()

    @torch.inference_mode()
    def symmetric_key(self, public_key: bytes, reference: Rgb8) -> Tensor:
        """k_sym (1, d) from the header's k_pub_s; one key serves all tiles.

        Raises:
            ValueError: the key has another length than this network's.
        """
        net = self.model.net
        if len(public_key) != net.config.key_dim:
            raise ValueError(f"{len(public_key)} bytes of key for {net.config.key_dim}")
        codes = torch.frombuffer(bytearray(public_key), dtype=torch.uint8)[None]
        return net.symmetric_key(codes.to(self._device), self._thumbnail(reference))

    def conceal(
        self,
        secret: Rgb8,
        reference: Rgb8,
        k_sym: Tensor,
        session: Session,
        header: Mask,
        step: Step,
    ) -> Made:
        """The stego before rounding and what has to travel with it.

        Args:
            secret: of the carrier's size (see `sshr.imaging.tiles`).
            reference: of at least that size; what lies outside the carrier is kept.
            header: (H, W, 3), the samples that the coarse layer must leave to the header.
        """
        stego = reference.astype(np.float32)
        tiles = tile_grid(*reference.shape[:2])
        scales = np.empty(len(tiles), SCALE)
        streams: list[tuple[TileBits, bytes]] = []

        def one(tile: Tile) -> None:
            own, shared = self._tile(secret, tile), self._tile(reference, tile)
            coarse = None
            if self._coarse is not None:
                bits = self._coarse.place(tile)
                coarse, data = self._coarse.encode(own, bits.capacity(header))
                streams.append((bits, data))
            mix = self._mix(session, tile)
            made, side = self.model.net.make(own, shared, k_sym, coarse, mix)
            scales[tile.index] = float(side.scales), float(side.units)
            stego[tile.slices] = made[0].permute(1, 2, 0).mul(255).cpu().numpy()

        self._each(one, tiles, step)
        return Made(stego, scales.tobytes(), streams)

    def reveal(
        self,
        stego: Rgb8 | NDArray[np.float32],
        reference: Rgb8,
        k_sym: Tensor,
        scales: bytes,
        session: Session,
        header: Mask,
        step: Step,
        bits_of: Rgb8 | None = None,
    ) -> tuple[Rgb8, int]:
        """The revealed picture, of the carrier's size, and how many tiles lack their coarse layer.

        Args:
            stego: uint8, or for measurements floating levels of 0..255.
            bits_of: the stego whose parities hold the coarse layer, where `stego` is not that file.

        Raises:
            ValueError: one positive scale per tile is needed.
        """
        tiles = tile_grid(*reference.shape[:2])
        if len(scales) != SCALE.itemsize * len(tiles):
            raise ValueError(f"{len(scales)} bytes of tile scales for {len(tiles)} tiles")
        values = np.frombuffer(scales, SCALE)
        numbers = values.view("<f4")
        if not (np.isfinite(numbers) & (numbers > 0)).all():
            raise ValueError("a tile scale is not a positive number")
        last, lost = tiles[-1], []
        bits = stego.astype(np.uint8, copy=False) if bits_of is None else bits_of
        revealed = np.empty((last.top + last.height, last.left + last.width, 3), np.uint8)

        def one(tile: Tile) -> None:
            scale, unit = torch.tensor(values[tile.index].item(), device=self._device).view(2, 1)
            coarse = None
            if self._coarse is not None:
                data = self._coarse.place(tile).read(bits, header, session)
                coarse = self._coarse.decode(data, tile.height, tile.width)
                if coarse is None:
                    lost.append(tile.index)
                    coarse = self._coarse.nothing(tile.height, tile.width)
            got, shared = self._tile(stego, tile), self._tile(reference, tile)
            side = Side(scale, unit, coarse)
            made = self.model.net.reveal(got, shared, k_sym, side, self._mix(session, tile))
            levels = made[0].permute(1, 2, 0).clamp(0, 1).mul(255).round()
            revealed[tile.slices] = levels.to(torch.uint8).cpu().numpy()

        self._each(one, tiles, step)
        return revealed, len(lost)

    @cached_property
    def _coarse(self) -> CoarseCoder | None:
        return CoarseCoder.of(self.model.net)

    @property
    def _device(self) -> torch.device:
        return next(self.model.net.parameters()).device

    def _tile(self, picture: Rgb8 | NDArray[np.float32], tile: Tile) -> Tensor:
        part = torch.from_numpy(picture[tile.slices].copy()).to(self._device)
        return part.permute(2, 0, 1)[None].float() / 255

    def _mix(self, session: Session, tile: Tile) -> Mix | None:
        if not self.model.net.uses_mix:
            return None
        count = 3 * tile.height * tile.width
        permutation = torch.from_numpy(session.tile_permutation(tile.index, count))
        signs = torch.from_numpy(session.tile_signs(tile.index, count)).to(self._device)
        inner, outer = signs.float()
        return Mix(permutation.to(self._device), inner, outer)

    def _thumbnail(self, picture: Rgb8) -> Tensor:
        """(1, 3, 256, 256) fp32 in [0, 1]; one channel at a time, for the memory of large ones."""
        size = (_KEY_SIDE, _KEY_SIDE)
        planes = []
        for channel in range(3):
            plane = torch.from_numpy(picture[:, :, channel].astype(np.float32))[None, None] / 255
            planes.append(F.interpolate(plane, size, mode="bilinear", antialias=True))
        return torch.cat(planes, dim=1).to(self._device)

    def _each(self, work: Callable[[Tile], None], tiles: list[Tile], step: Step) -> None:
        """Run `work` on all tiles. On a CPU several run side by side with one thread each: that
        scales better than threads inside small operations, and does not stall on a busy machine.
        """

        def quietly(tile: Tile) -> None:
            with torch.inference_mode(), torch.backends.cudnn.flags(allow_tf32=False):
                work(tile)

        workers = torch.get_num_threads()
        for done, _ in enumerate(_run(quietly, tiles, workers, self._device), start=1):
            step(done, len(tiles))


def _run(
    work: Callable[[Tile], None], tiles: list[Tile], workers: int, device: torch.device
) -> Iterator[None]:
    if device.type != "cpu" or workers == 1 or len(tiles) < workers:
        yield from map(work, tiles)
        return
    with _one_thread_each(), ThreadPoolExecutor(workers, initializer=_single) as pool:
        yield from pool.map(work, tiles)


def _single() -> None:
    torch.set_num_threads(1)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def no_step(done: int, total: int) -> None:
    """A progress callback that does nothing."""
