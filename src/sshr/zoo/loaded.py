"""A checkpoint's network in torch, as a `TileNetwork`: for CUDA, for training, to look inside."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sshr.inference.keyed_mix import KeyedMix
from sshr.inference.tile_network import Item, MadeTile
from sshr.network.mix import Mix
from sshr.network.model import StegoNet
from sshr.network.sizes import Size
from sshr.types import Rgb8

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class LoadedModel:
    """A network in evaluation mode and its identity; see `TileNetwork` for the methods.

    Attributes:
        digest: SHA-256 of configuration and weights; a stego names its first eight bytes.
    """

    net: StegoNet
    digest: bytes

    @property
    def key_dim(self) -> int:
        return self.net.config.key_dim

    @property
    def scale_count(self) -> int:
        return self.net.scale_count

    @property
    def uses_mix(self) -> bool:
        return self.net.uses_mix

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next(self.net.parameters()).device

    def at(self, stego_psnr: float) -> "LoadedModel":
        return replace(self, net=self.net.at(stego_psnr))

    def group_sizes(self, size: Size) -> list[int]:
        return self.net.group_sizes(size)

    def noise_spectrum(self) -> tuple[list[float], list[float]]:
        return self.net.noise_spectrum()

    @torch.inference_mode()
    def rsrk_public(self, thumbnail: Floats) -> bytes:
        return self.net.rsrk_public(self._batch(thumbnail))[0].cpu().numpy().tobytes()

    @torch.inference_mode()
    def rsrk_symmetric(self, rsrk_public: bytes, thumbnail: Floats) -> Floats:
        codes = torch.frombuffer(bytearray(rsrk_public), dtype=torch.uint8)[None]
        found = self.net.rsrk_symmetric(codes.to(self.device), self._batch(thumbnail))
        return found[0].cpu().numpy()

    def conceal(
        self, secret: Rgb8, reference: Rgb8, k_sym: Floats, mix: KeyedMix | None
    ) -> MadeTile:
        own, shared, key = self._tile(secret), self._tile(reference), self._batch(k_sym)
        made, scales = self.net.conceal(own, shared, key, self._mix(mix))
        strength = self.net.strength(shared)[0, 0].cpu().numpy()
        levels = made[0].permute(1, 2, 0).mul(255).cpu().numpy()
        return MadeTile(levels, scales[0].cpu().numpy(), strength)

    def reveal(
        self,
        stego: Rgb8 | Floats,
        reference: Rgb8,
        k_sym: Floats,
        scales: Floats,
        mix: KeyedMix | None,
    ) -> Floats:
        got, shared, key = self._tile(stego), self._tile(reference), self._batch(k_sym)
        made = self.net.reveal(got, shared, key, self._batch(scales), self._mix(mix))
        levels: Floats = made[0].permute(1, 2, 0).mul(255).cpu().numpy()
        return levels

    def each(self, work: Callable[[Item], None], items: Iterable[Item]) -> Iterator[None]:
        """On a CPU several run side by side with one thread each: that scales better than threads
        inside small operations, and does not stall on a busy machine."""

        def quietly(item: Item) -> None:
            with torch.inference_mode(), torch.backends.cudnn.flags(allow_tf32=False):
                work(item)

        workers = torch.get_num_threads()
        if self.device.type != "cpu" or workers == 1:
            yield from map(quietly, items)
            return
        with _one_thread_each(), ThreadPoolExecutor(workers, initializer=_single) as pool:
            yield from pool.map(quietly, items)

    def _batch(self, values: Floats) -> Tensor:
        return torch.from_numpy(np.array(values, np.float32)).to(self.device)[None]

    def _tile(self, picture: Rgb8 | Floats) -> Tensor:
        return torch.from_numpy(picture.copy()).to(self.device).permute(2, 0, 1)[None].float() / 255

    def _mix(self, mix: KeyedMix | None) -> Mix | None:
        return None if mix is None else torch_mix(mix, self.device)


def torch_mix(mix: KeyedMix, device: torch.device) -> Mix:
    """A keyed mix for a network in torch."""
    return Mix(
        torch.from_numpy(mix.permutation).to(device),
        torch.from_numpy(mix.signs).to(device).float(),
        torch.from_numpy(mix.filler()).to(device),
    )


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
