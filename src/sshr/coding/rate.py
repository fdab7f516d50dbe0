"""How fine the coarse layer of a tile can be within its bits."""

import numpy as np
from numpy.typing import NDArray

from sshr.coding.board import pack
from sshr.coding.model import LIMIT, ContextModel, Subbands
from sshr.coding.tables import CAP

Floats = NDArray[np.float32]

STEPS = 512
_PER_OCTAVE = 40
_DEAD_ZONE = 0.42
_TRIALS = 6


def step_size(index: int) -> float:
    """The quantiser's step on [0, 1] samples: from half a grey level, in fortieths of an octave."""
    return float(2.0 ** (index / _PER_OCTAVE) / 510)


def quantise(low: Floats, details: list[Floats], step: float) -> Subbands:
    """Signed levels of subbands; details have a dead zone: most of them are not worth a bit."""

    def levels(values: Floats, offset: float) -> NDArray[np.int32]:
        magnitude = np.minimum(np.abs(values) / step + offset, LIMIT - 1)
        return np.copysign(magnitude, values).astype(np.int32)  # towards zero

    return levels(low, 0.5), [levels(detail, _DEAD_ZONE) for detail in details]


def choose_step(model: ContextModel, low: Floats, details: list[Floats], bits: float) -> int:
    """Index of about the finest step whose levels take at most `bits` (by `ContextModel.length`).

    The logarithm of the length falls almost linearly with the index, so a few secants do.
    """
    sizes = [pack(np.abs(detail)) for detail in details]

    def length(index: int) -> float:
        """`ContextModel.length` of the quantised planes; signs and large levels do not matter."""
        step = step_size(index)
        coarse, _ = quantise(low, [], step)
        capped = [np.minimum(size / step + _DEAD_ZONE, CAP).astype(np.int16) for size in sizes]
        return model.low_length(coarse) + model.details_length(capped, low.shape[2])

    finest, coarsest = 0, STEPS - 1  # too long, short enough
    index, slope = _guess(low, details, bits), -1.0
    tried: tuple[int, float] | None = None
    for _ in range(_TRIALS):
        excess = float(np.log2(length(index) / bits))
        if excess <= 0:
            coarsest = min(coarsest, index)
        else:
            finest = max(finest, index)
        if coarsest - finest <= 1 or -0.02 < excess <= 0:
            break
        if tried is not None and index != tried[0]:
            measured = (excess - tried[1]) / (index - tried[0]) * _PER_OCTAVE
            slope = min(max(measured, -3.0), -0.3)
        tried = (index, excess)
        wanted = index - round((excess + 0.008) / slope * _PER_OCTAVE)
        index = min(max(wanted, finest + 1), coarsest - 1) if coarsest - finest > 1 else coarsest
    return coarsest


def _guess(low: Floats, details: list[Floats], bits: float) -> int:
    """Where a rough count of bits (four for a detail that is not zero) is right."""
    magnitudes = np.concatenate([np.abs(detail).ravel() for detail in details])
    share = min(max((bits - 3 * low.size) / (5.5 * magnitudes.size), 1e-4), 0.9)
    rank = int((1 - share) * (magnitudes.size - 1))
    edge = float(np.partition(magnitudes, rank)[rank]) / (1 - _DEAD_ZONE)
    return int(np.clip(np.rint(np.log2(max(edge, 1e-6) * 510) * _PER_OCTAVE), 1, STEPS - 2))
