"""Runs a network over the tiles of a picture of any size; memory is bounded by the tiles."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from sshr.crypto.session import Session
from sshr.imaging.tiles import Tile, tile_grid
from sshr.network.mix import Mix, no_mix
from sshr.network.rsrk import key_bytes
from sshr.progress import Progress, quiet
from sshr.rounding.rounder import Rounder
from sshr.transports.analog.keyed_mix import tile_noise, tile_permutation, tile_signs
from sshr.types import Rgb8
from sshr.zoo.checkpoint import LoadedModel

_KEY_SIDE = 256

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
    """A loaded network bound to the operations that conceal and reveal need.

    Pictures are HWC uint8 RGB. Tiles are independent, so neither their order nor how many run at
    once changes a result.

    Attributes:
        mixed: False leaves the keyed mix out, as an attacker may.
    """

    model: LoadedModel
    mixed: bool = True

    @property
    def identity(self) -> bytes:
        """What a stego's metadata name the checkpoint by."""
        return self.model.digest[:8]

    @torch.inference_mode()
    def rsrk_public(self, secret: Rgb8) -> bytes:
        """k_pub_s for the header."""
        codes = self.model.net.rsrk_public(self._thumbnail(secret))
        return codes[0].cpu().numpy().tobytes()

    @torch.inference_mode()
    def rsrk_symmetric(self, rsrk_public: bytes, reference: Rgb8) -> Tensor:
        """k_sym (1, d) from the header's k_pub_s; one key serves all tiles.

        Raises:
            ValueError: the key has another length than this network's.
        """
        net = self.model.net
        if len(rsrk_public) != key_bytes(net.config.key_dim):
            raise ValueError(f"{len(rsrk_public)} bytes of key for {net.config.key_dim} numbers")
        codes = torch.frombuffer(bytearray(rsrk_public), dtype=torch.uint8)[None]
        return net.rsrk_symmetric(codes.to(self._device), self._thumbnail(reference))

    @property
    def scale_bytes(self) -> int:
        """Bytes of the metadata that each tile takes."""
        return SCALE.itemsize * self.model.net.scale_count

    def conceal(
        self,
        secret: Rgb8,
        reference: Rgb8,
        k_sym: Tensor,
        session: Session,
        progress: Progress = quiet,
    ) -> Made:
        """The stego before rounding and what has to travel with it.

        Args:
            secret: of the carrier's size (see `sshr.imaging.tiles`).
            reference: of at least that size; what the network does not change is kept.
        """
        net, tiles = self.model.net, tile_grid(*reference.shape[:2])
        stego = reference.astype(np.float32)
        strength = np.ones(reference.shape[:2], np.float32)
        scales = np.ones((len(tiles), net.scale_count))

        def one(tile: Tile) -> None:
            own = self._tile(secret, tile.slices)
            shared = self._tile(reference, tile.with_rim)
            made, scale = net.conceal(own, shared, k_sym, self._mix(session, tile))
            scales[tile.index] = scale[0].cpu().numpy()
            stego[tile.with_rim] = made[0].permute(1, 2, 0).mul(255).cpu().numpy()
            if not net.uses_mix:
                _fill_rim(stego, reference, tile, session)
            strength[tile.with_rim] = net.strength(shared)[0, 0].cpu().numpy()

        self._each(one, tiles, "concealing", progress)
        places = [tile.with_rim if net.uses_mix else tile.slices for tile in tiles]
        rounder = Rounder(stego, strength, places, net.noise_spectrum())
        return Made(stego, pack_scales(scales), rounder)

    def reveal(
        self,
        stego: Rgb8 | NDArray[np.float32],
        reference: Rgb8,
        k_sym: Tensor,
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
        net, tiles = self.model.net, tile_grid(*reference.shape[:2])
        if len(scales) != self.scale_bytes * len(tiles):
            raise ValueError(f"{len(scales)} bytes of tile scales for {len(tiles)} tiles")
        values = unpack_scales(scales).reshape(len(tiles), net.scale_count)
        last = tiles[-1]
        revealed = np.empty((last.top + last.height, last.left + last.width, 3), np.uint8)

        def one(tile: Tile) -> None:
            scale = torch.from_numpy(values[tile.index : tile.index + 1]).to(self._device)
            got, shared = (self._tile(p, tile.with_rim) for p in (stego, reference))
            made = net.reveal(got, shared, k_sym, scale, self._mix(session, tile))
            levels = made[0].permute(1, 2, 0).clamp(0, 1).mul(255).round()
            revealed[tile.slices] = levels.to(torch.uint8).cpu().numpy()

        self._each(one, tiles, "revealing", progress)
        return revealed

    @property
    def _device(self) -> torch.device:
        return next(self.model.net.parameters()).device

    def _tile(self, picture: Rgb8 | NDArray[np.float32], place: tuple[slice, slice]) -> Tensor:
        part = torch.from_numpy(picture[place].copy()).to(self._device)
        return part.permute(2, 0, 1)[None].float() / 255

    def _mix(self, session: Session, tile: Tile) -> Mix | None:
        net = self.model.net
        if not net.uses_mix:
            return None
        sizes = net.group_sizes((tile.height + tile.below, tile.width + tile.right))
        if not self.mixed:
            return no_mix(sum(sizes), self._device)
        return session_mix(session, tile.index, sizes, self._device)

    def _thumbnail(self, picture: Rgb8) -> Tensor:
        """(1, 3, 256, 256) fp32 in [0, 1]; one channel at a time, for the memory of large ones."""
        size = (_KEY_SIDE, _KEY_SIDE)
        planes = []
        for channel in range(3):
            plane = torch.from_numpy(picture[:, :, channel].astype(np.float32))[None, None] / 255
            planes.append(F.interpolate(plane, size, mode="bilinear", antialias=True))
        return torch.cat(planes, dim=1).to(self._device)

    def _each(
        self, work: Callable[[Tile], None], tiles: list[Tile], stage: str, progress: Progress
    ) -> None:
        """Run `work` on all tiles. On a CPU several run side by side with one thread each: that
        scales better than threads inside small operations, and does not stall on a busy machine.
        """

        def quietly(tile: Tile) -> None:
            with torch.inference_mode(), torch.backends.cudnn.flags(allow_tf32=False):
                work(tile)

        workers = torch.get_num_threads()
        for done, _ in enumerate(_run(quietly, tiles, workers, self._device), start=1):
            progress(stage, done, len(tiles))


def _fill_rim(stego: NDArray[np.float32], reference: Rgb8, tile: Tile, session: Session) -> None:
    """Noise beside a tile that has no part in it, as loud as its own change: silence would show."""
    change = stego[tile.slices] - reference[tile.slices]
    whole = stego[tile.with_rim]
    rim = np.ones(whole.shape, bool)
    rim[: tile.height, : tile.width] = False
    noise = tile_noise(session, tile.index, int(rim.sum()))
    whole[rim] += noise * np.sqrt(np.square(change).mean())


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


def session_mix(session: Session, index: int, sizes: Sequence[int], device: torch.device) -> Mix:
    """The keyed mix of a tile with groups of these sizes."""
    count = sum(sizes)
    permutation = torch.from_numpy(tile_permutation(session, index, sizes))
    signs = torch.from_numpy(tile_signs(session, index, count)).to(device)
    filler = torch.from_numpy(tile_noise(session, index, count))
    return Mix(permutation.to(device), signs.float(), filler.to(device))
