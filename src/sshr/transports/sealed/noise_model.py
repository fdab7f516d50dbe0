"""p(change | reference) for every sample of a picture: which table it uses, and what that gives."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from sshr.transports.sealed.camera import tone_curve
from sshr.transports.sealed.distributions import LEVELS, frequencies, louder, reach, weights
from sshr.transports.sealed.noise import Noise
from sshr.transports.sealed.noise_map import LEVELS_A_STEP, noise_map, step_count
from sshr.types import Rgb8

_CHANNELS = 3


@dataclass(frozen=True)
class ChangeTable:
    """Frequencies of the changes from -down upwards."""

    down: int
    frequencies: NDArray[np.int64]


@dataclass(frozen=True)
class Classes:
    """The tables of one base level.

    Attributes:
        lookup: (steps, 256) uint16, the class of a map's step and a reference's sample; class 0
            never changes.
        tables: of class 1 onwards.
    """

    lookup: NDArray[np.uint16]
    tables: list[ChangeTable]


class NoiseModel:
    """The noise of one kind on one reference, (H, W, 3) uint8 RGB."""

    def __init__(self, reference: Rgb8, noise: Noise) -> None:
        self.samples = reference.reshape(-1)
        self.noise = noise
        self._map = noise_map(reference, noise).reshape(-1)
        self._tones = np.zeros(256, np.uint8)
        if noise is Noise.CAMERA:
            self._tones = tone_curve(reference)

    def classes(self, base: int) -> Classes:
        """The tables at a base level, which may lie outside of 0..LEVELS - 1."""
        lookup = np.zeros((step_count(self.noise), 256), np.uint16)
        tables: list[ChangeTable] = []
        known: dict[tuple[int, int, int], int] = {}
        for step, sample in np.ndindex(*lookup.shape):
            level = self._level(base, step, sample)
            furthest = reach(level)
            if furthest:
                ends = min(sample, furthest), min(255 - sample, furthest)
                if (level, *ends) not in known:
                    tables.append(ChangeTable(ends[0], frequencies(level, *ends)))
                    known[level, *ends] = len(tables)
                lookup[step, sample] = known[level, *ends]
        return Classes(lookup, tables)

    def class_of(self, classes: Classes, start: int, stop: int) -> NDArray[np.uint16]:
        """Class of each of the flat samples start..stop - 1."""
        steps = self._map[start // _CHANNELS : -(-stop // _CHANNELS)]
        first = start - start // _CHANNELS * _CHANNELS
        steps = np.repeat(steps, _CHANNELS)[first : first + stop - start]
        found: NDArray[np.uint16] = classes.lookup[steps, self.samples[start:stop]]
        return found

    def class_at(self, classes: Classes, places: NDArray[np.int64]) -> NDArray[np.uint16]:
        """Class of each of the flat samples at these places."""
        steps = self._map[places // _CHANNELS]
        found: NDArray[np.uint16] = classes.lookup[steps, self.samples[places]]
        return found

    def expected(self, base: int) -> tuple[float, float]:
        """Bits that all samples carry, and their sum of squared changes; expectations."""
        bits = squares = 0.0
        for step, counts in _used(self._histogram):
            each = self._moments_at(base, step)
            bits += float(counts @ each[0])
            squares += float(counts @ each[1])
        return bits, squares

    def joint(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """How often each sample value stands at each step among flat places: (steps, 256)."""
        values = self._map[places // _CHANNELS].astype(np.int64) * 256 + self.samples[places]
        size = step_count(self.noise) * 256
        return np.bincount(values, minlength=size).reshape(-1, 256)

    def choice_bits(self, joint: NDArray[np.int64], base: int) -> float:
        """At most so many bits lie in which value of their pairs the samples of a `joint` have."""
        return sum(
            float(counts @ np.minimum(self._moments_at(base, step)[0], 1.0))
            for step, counts in _used(joint)
        )

    def _level(self, base: int, step: int, sample: int) -> int:
        tone = int(self._tones[sample])
        return louder(level_of(base, step), tone) if tone else level_of(base, step)

    def _moments_at(self, base: int, step: int) -> NDArray[np.float64]:
        """Bits and expected squared change of each sample value at a step of the map: (2, 256)."""
        found = np.empty((2, 256))
        for tone in np.unique(self._tones):
            own = self._tones == tone
            level = louder(level_of(base, step), int(tone)) if tone else level_of(base, step)
            found[:, own] = _moments(level)[:, own]
        return found

    @cached_property
    def _histogram(self) -> NDArray[np.int64]:
        """How often each sample value stands at each step: (steps, 256)."""
        total = np.zeros(step_count(self.noise) * 256, np.int64)
        for start in range(0, len(self._map), 1 << 20):
            steps = self._map[start : start + (1 << 20)].astype(np.int64)
            values = self.samples[_CHANNELS * start :][: _CHANNELS * len(steps)]
            joint = np.repeat(steps * 256, _CHANNELS) + values
            total += np.bincount(joint, minlength=len(total))
        return total.reshape(-1, 256)


def _used(joint: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    return ((step, counts) for step, counts in enumerate(joint) if counts.any())


def level_of(base: int, step: int) -> int:
    """Level of a map's step."""
    return min(max(base + LEVELS_A_STEP * step, 0), LEVELS - 1)


@lru_cache(maxsize=LEVELS)
def _moments(level: int) -> NDArray[np.float64]:
    """Bits and expected squared change of each sample value: (2, 256)."""
    half = weights(level).astype(np.float64) / float(weights(level)[0])
    change = np.arange(len(half), dtype=np.float64)
    sums = np.cumsum([half, half * change**2, half * np.log2(half)], axis=1)
    sums -= sums[:, :1]  # the change 0 is counted once, below
    value = np.arange(256)
    down, up = np.minimum(value, len(half) - 1), np.minimum(255 - value, len(half) - 1)
    total, squares, logs = sums[:, down] + sums[:, up]
    total = total + 1
    return np.stack([np.log2(total) - logs / total, squares / total])
