"""The coarse layer of a tile as bytes for the side stream."""

import struct
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from sshr.coding.codec import Codec
from sshr.coding.rate import STEPS, choose_step, quantise, step_size
from sshr.crypto.sidestream import TileBits
from sshr.imaging.tiles import Tile
from sshr.network.coarse import layer_of, subbands_of
from sshr.network.model import StegoNet
from sshr.network.side import CoarseLayer
from sshr.network.transform import Transform

_STEP = struct.Struct("<H")
_WORD = np.dtype("<u4")
_WASTED = 96  # bits that a code may need beyond the estimate of its length


@dataclass(frozen=True)
class CoarseCoder:
    """Quantises and codes tiles with a network's tables."""

    codec: Codec
    transform: Transform
    rate: float

    @classmethod
    def of(cls, net: StegoNet) -> "CoarseCoder | None":
        """None for a network without a coarse layer."""
        if net.tables is None:
            return None
        return cls(Codec(net.tables.get()), net.transform, net.coarse_rate)

    def place(self, tile: Tile) -> TileBits:
        """Where the tile's bits go."""
        return TileBits(tile.index, tile.slices, self.rate)

    def encode(self, secret: Tensor, capacity: int) -> tuple[CoarseLayer, bytes]:
        """The finest coarse layer of a tile (1, 3, H, W) that fits, and its `capacity` bytes."""
        (low, details), *_ = subbands_of(self.transform, secret)
        room = (capacity - _STEP.size) // _WORD.itemsize
        index = choose_step(self.codec, low, details, max(8 * _WORD.itemsize * room - _WASTED, 1))
        while True:
            levels = quantise(low, details, step_size(index))
            words = self.codec.encode(levels)
            if len(words) <= room:
                break
            if index == STEPS - 1:  # a tiny room holds nothing
                return self.nothing(*secret.shape[2:]), bytes(capacity)
            index += 1
        # The step comes as index + 1, so that zeros stand for no layer at all.
        data = _STEP.pack(index + 1) + words.astype(_WORD).tobytes()
        return layer_of([(levels, index)], secret.device), data.ljust(capacity, b"\0")

    def decode(self, data: bytes | None, height: int, width: int) -> CoarseLayer | None:
        """Inverse of `encode`; None where the data are damaged."""
        if data is None:
            return None
        step = int.from_bytes(data[: _STEP.size], "little")
        if not step:
            return self.nothing(height, width)
        if step > STEPS:
            return None
        body = data[_STEP.size :]
        words = np.frombuffer(body[: len(body) // 4 * 4], _WORD).astype(np.uint32)
        multiple = self.transform.multiple
        try:
            levels = self.codec.decode(words, height // multiple, width // multiple)
        except ValueError:
            return None
        return layer_of([(levels, step - 1)], self._device)

    def nothing(self, height: int, width: int) -> CoarseLayer:
        """A layer that says nothing, of a middling step."""
        multiple = self.transform.multiple
        shape = (1, self.transform.channels, height // multiple, width // multiple)
        step = torch.tensor([step_size(STEPS // 2)], device=self._device)
        return CoarseLayer(torch.zeros(shape, device=self._device), step)

    @property
    def _device(self) -> torch.device:
        return self.transform.bands.device
