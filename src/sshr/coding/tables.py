"""What the entropy code was trained to expect, as integers that travel inside the checkpoint."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEATURES = 9
"""Of a detail's neighbourhood, see `sshr.coding.neighbourhood`."""

CONTEXTS = 20
SYMBOLS = 16
"""Magnitudes 0..14 of a detail; 15 announces an escape."""

LOW_CONTEXTS = 8
LOW_SYMBOLS = 64
"""Folded prediction errors 0..62 of the low band; 63 announces an escape."""

POINT = 10
"""Binary places of the fixed-point weights and predictions."""

CAP = SYMBOLS - 1
"""Larger magnitudes count as this, as symbols and for their neighbours."""

_MOST = np.array([1, 1, 4, 2, 4, 2, 8, 9, 4]) * np.array([1, *[CAP] * 8])
"""The largest value of each feature."""

_LARGEST = 8 << POINT
_SMALLEST = 12  # about 0.012 of a quantiser step


@dataclass(frozen=True)
class Tables:
    """Integer model of the coarse layer of a wavelet with `levels` levels, coarsest first.

    Attributes:
        weights: (levels, 3 colours, 3 orientations, 2 passes, FEATURES) int32; the expected
            magnitude of a detail is the weighted sum of its neighbourhood, over 2^POINT.
        details: (levels, 3, CONTEXTS, SYMBOLS) int32 frequencies, all positive.
        low: (3, LOW_CONTEXTS, LOW_SYMBOLS) int32 frequencies, all positive.

    Raises:
        ValueError: a shape is wrong, or a frequency is not positive.
    """

    weights: NDArray[np.int32]
    details: NDArray[np.int32]
    low: NDArray[np.int32]

    def __post_init__(self) -> None:
        levels = len(self.weights)
        shapes = table_shapes(levels)
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != np.int32:
                raise ValueError(f"table {name} is {array.dtype} {array.shape}, not int32 {shape}")
        if min(self.details.min(), self.low.min()) < 1:
            raise ValueError("a frequency is not positive")

    @property
    def levels(self) -> int:
        return len(self.weights)

    @cached_property
    def small_weights(self) -> list[NDArray[np.signedinteger[Any]]]:
        """`weights` by level, int16 where no prediction can leave its range, which is faster."""
        largest = (np.abs(self.weights.astype(np.int64)) * _MOST).sum(-1).max((1, 2, 3))
        kinds = [np.int16 if most < 1 << 15 else np.int32 for most in largest]
        return [level.astype(kind) for level, kind in zip(self.weights, kinds, strict=True)]

    @cached_property
    def detail_bits(self) -> NDArray[np.float64]:
        """Code length of every symbol, as `details`; a sign is not included."""
        return _bits(self.details)

    @cached_property
    def zero_bits(self) -> NDArray[np.float64]:
        """(levels, 3, _LARGEST + 1): code length of a zero by prediction."""
        return self.detail_bits[:, :, CONTEXT_OF, 0]

    @cached_property
    def low_bits(self) -> NDArray[np.float64]:
        return _bits(self.low)


def table_shapes(levels: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the tables by name."""
    return {
        "weights": (levels, 3, 3, 2, FEATURES),
        "details": (levels, 3, CONTEXTS, SYMBOLS),
        "low": (3, LOW_CONTEXTS, LOW_SYMBOLS),
    }


def _bits(frequencies: NDArray[np.int32]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = -np.log2(frequencies / frequencies.sum(-1, keepdims=True))
    return lengths


def _context_of_prediction() -> NDArray[np.uint8]:
    """Context for every fixed-point prediction 0.._LARGEST: logarithmic classes."""
    places = np.arange(_LARGEST + 1)
    edges = np.rint(_SMALLEST * (_LARGEST / _SMALLEST) ** (np.arange(1, CONTEXTS) / CONTEXTS))
    return np.searchsorted(edges.astype(np.int64), places, side="right").astype(np.uint8)


CONTEXT_OF = _context_of_prediction()


def contexts_of(predictions: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
    """Contexts of fixed-point predictions, of any shape."""
    return CONTEXT_OF.take(predictions, mode="clip")
