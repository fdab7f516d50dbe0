"""The closed form of the paper's steps on tiles, in NumPy and ONNX Runtime.

What `ExactSteps` of `sshr.network` does step by step has a result that is known beforehand
(`sshr.network.closed_form`): H(H(s)) for the nonlinear pair, gains for the linear one, and strength
times payload on the reference for the reference's.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sshr.inference.graphs import Constants, Graphs
from sshr.inference.keyed_mix import KeyedMix
from sshr.inference.planes import (
    Colour,
    frequency_places,
    join_blocks,
    planes_of,
    spectrum_of,
    split_blocks,
    to_levels,
    to_unit,
)
from sshr.inference.rows import TurnedRows, rotations
from sshr.inference.rsrk import decode_key, encode_key
from sshr.inference.spread import TokenGroups
from sshr.inference.strength import Held, hold
from sshr.inference.tile_network import Item, MadeTile
from sshr.network.config import ExactConfig, ModelConfig
from sshr.network.constants import KEY_SIDE, LARGEST_GAIN, LOUDEST, SCALE_ROUNDS
from sshr.network.sizes import Size, ring_sizes, whole_blocks
from sshr.rounding.kernels import ROUNDING
from sshr.threads import side_by_side
from sshr.types import Rgb8

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ClosedForm:
    """A `TileNetwork` of exported graphs."""

    graphs: Graphs
    model: ModelConfig

    @classmethod
    def load(cls, folder: Path) -> "ClosedForm":
        """The network that `sshr export` wrote there.

        Raises:
            CheckpointError: missing, foreign or altered files.
        """
        graphs = Graphs(folder)
        return cls(graphs, graphs.read_config())

    @property
    def digest(self) -> bytes:
        return self.graphs.digest

    @property
    def key_dim(self) -> int:
        return self.model.key_dim

    @property
    def uses_mix(self) -> bool:
        return self.model.uses_mix

    @property
    def scale_count(self) -> int:
        return self.model.scale_count

    @property
    def config(self) -> ExactConfig:
        """Of the closed form."""
        return self.model.exact

    @property
    def constants(self) -> Constants:
        """Of the rings."""
        return self.graphs.constants

    def at(self, stego_psnr: float) -> "ClosedForm":
        exact = replace(self.config, stego_psnr=stego_psnr)
        return replace(self, model=replace(self.model, exact=exact))

    def group_sizes(self, size: Size) -> list[int]:
        return ring_sizes(size, self.constants.shares) if self.uses_mix else []

    def noise_spectrum(self) -> tuple[list[float], list[float]]:
        if not self.config.shaping:
            return [1.0], [1.0]
        return list(self.constants.shares), np.exp(self.constants.log_target).tolist()

    def rsrk_public(self, thumbnail: Floats) -> bytes:
        public, _ = _keys(self.graphs, thumbnail.tobytes())
        return encode_key(public)

    def rsrk_symmetric(self, rsrk_public: bytes, thumbnail: Floats) -> Floats:
        _, private = _keys(self.graphs, thumbnail.tobytes())
        found: Floats = decode_key(rsrk_public) * private
        return found

    def conceal(
        self, secret: Rgb8, reference: Rgb8, k_sym: Floats, mix: KeyedMix | None
    ) -> MadeTile:
        colour, held, size = Colour(self.model.colour), self._held(reference), self._used(reference)
        planes = colour.planes(to_unit(secret))
        tokens = self.graphs.compand(split_blocks(planes, self.config.block))
        if self.uses_mix:
            assert mix is not None
            row, scales = self._groups(size).spread(tokens, mix)
            row *= self._gains(size)
            spectrum = _turned(self, size).spectrum(row, self._turns(k_sym))
        else:
            sent = spectrum_of(join_blocks(tokens, self.config.block)).reshape(-1)
            row = _turned(self, size).row(sent, self._turns(k_sym))
            scales, row = self._scaled(row, held, size)
            spectrum = np.empty_like(row)
            spectrum[frequency_places(*size)] = row
        payload = planes_of(spectrum.reshape(3, *size))
        payload *= held.strength
        payload += colour.planes(held.inside)
        made, whole = to_levels(colour.unit(payload)), reference.astype(np.float32)
        whole[: size[0], : size[1]] = made
        strength = np.ones(reference.shape[:2], np.float32)
        strength[: size[0], : size[1]] = held.strength
        return MadeTile(whole, scales, strength)

    def reveal(
        self,
        stego: Rgb8 | Floats,
        reference: Rgb8,
        k_sym: Floats,
        scales: Floats,
        mix: KeyedMix | None,
    ) -> Floats:
        colour, held, size = Colour(self.model.colour), self._held(reference), self._used(reference)
        payload = colour.planes(to_unit(stego[: size[0], : size[1]]))
        payload -= colour.planes(held.inside)
        payload /= held.strength
        spectrum = spectrum_of(payload).reshape(-1)
        if self.uses_mix:
            assert mix is not None
            row = _turned(self, size).row(spectrum, self._turns(k_sym))
            row /= self._gains(size)
            tokens = self._groups(size).gather(row, mix, scales)
        else:
            row = spectrum[frequency_places(*size)] / self._class_gains(size, float(scales[0]))
            sent = _turned(self, size).spectrum(row, self._turns(k_sym))
            tokens = split_blocks(planes_of(sent.reshape(3, *size)), self.config.block)
        planes = join_blocks(self.graphs.expand(tokens), self.config.block)
        return to_levels(colour.unit(planes))

    def each(self, work: Callable[[Item], None], items: Iterable[Item]) -> Iterator[None]:
        return side_by_side(work, items)

    @property
    def _power(self) -> float:
        """Mean square of the payload in the stego that makes it `stego_psnr`, as far as it can."""
        constants = self.constants
        noise = np.dot(constants.shares, np.exp(constants.log_noise)) / sum(constants.shares)
        return max(10 ** (-self.config.stego_psnr / 10) - ROUNDING * float(noise), ROUNDING)

    def _used(self, reference: Rgb8) -> Size:
        size = reference.shape[0], reference.shape[1]
        return size if self.uses_mix else whole_blocks(size)

    def _held(self, reference: Rgb8) -> Held:
        height, width = self._used(reference)
        config = self.config
        unit = to_unit(reference[:height, :width])
        return hold(unit, config.strength, self._power, config.headroom, config.equal)

    def _groups(self, size: Size) -> TokenGroups:
        order = np.argsort(self.constants.groups, kind="stable")
        return TokenGroups.in_tile(size, order, self.constants.shares, self.config.block)

    def _gains(self, size: Size) -> Floats:
        """(N,): amplitude of each entry of a mixed row."""
        counts = ring_sizes(size, self.constants.shares)
        power = np.exp(2 * self.constants.log_gain)
        mean = np.dot(power, counts) / sum(counts)
        return np.repeat(np.sqrt(power * (self._power / mean)).astype(np.float32), counts)

    def _class_gains(self, size: Size, scale: float) -> Floats:
        """(N,): the same of an unmixed row."""
        gains = np.minimum(np.exp(self.constants.log_gain) * scale, LARGEST_GAIN)
        counts = ring_sizes(size, self.constants.shares)
        if self.config.ranked:
            return np.repeat(gains.astype(np.float32), counts)
        rings = np.repeat(np.arange(len(counts)), counts)
        return gains.astype(np.float32)[3 * rings + np.arange(len(rings)) % 3]

    def _scaled(self, row: Floats, held: Held, size: Size) -> tuple[Floats, Floats]:
        """The scale (1,) at which a row has the power that this reference allows, and the row."""
        allowed = self._power * float(np.square(held.strength).mean(dtype=np.float64))
        loudest, scale = float(np.exp(self.constants.log_gain.max())), 1.0
        for _ in range(SCALE_ROUNDS):
            spectrum = np.empty_like(row)
            spectrum[frequency_places(*size)] = self._class_gains(size, scale) * row
            payload = held.strength * planes_of(spectrum.reshape(3, *size))
            power = max(float(np.square(payload).mean(dtype=np.float64)), 1e-12)
            scale = min(scale * (allowed / power) ** 0.5, LOUDEST)
            if scale * loudest < LARGEST_GAIN:
                break  # no gain has reached its limit, so power is proportional
        return np.array([scale], np.float32), self._class_gains(size, scale) * row

    def _turns(self, k_sym: Floats) -> Floats:
        """(24, 16, 16), computed once for a picture."""
        return _turns(self.graphs, k_sym.tobytes())


@lru_cache(maxsize=2)
def _keys(graphs: Graphs, thumbnail: bytes) -> tuple[Floats, Floats]:
    """Of a picture that sender and check ask for in turn."""
    return graphs.keys(np.frombuffer(thumbnail, np.float32).reshape(3, KEY_SIDE, KEY_SIDE))


@lru_cache(maxsize=8)
def _turns(graphs: Graphs, k_sym: bytes) -> Floats:
    return rotations(graphs.angles(np.frombuffer(k_sym, np.float32)))


@lru_cache(maxsize=16)
def _rows(graphs: Graphs, size: Size, mixed: bool, ranked: bool) -> TurnedRows:
    places = frequency_places(*size)
    constants, count = graphs.constants, len(places)
    if mixed or not ranked:
        return TurnedRows(places, ring_sizes(size, constants.shares) if mixed else [count], 3)
    sizes = ring_sizes(size, constants.shares)
    rings = np.repeat(np.arange(len(sizes)), sizes)
    rank = constants.rank[3 * rings + np.arange(count) % 3]
    return TurnedRows(places[np.argsort(rank, kind="stable")], [count], 1)


def _turned(network: ClosedForm, size: Size) -> TurnedRows:
    return _rows(network.graphs, size, network.uses_mix, network.config.ranked)
