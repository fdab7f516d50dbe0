"""Orthonormal opponent planes of RGB: the error of a picture is the sum of theirs."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
_TURN = (np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])).astype(
    np.float32
)


def to_opponent(values: Values) -> Values:
    """(H, W, 3) RGB to planes of the same shape, float32; (H, W, 1) grey stays as it is."""
    return _turned(values, _TURN.T)


def from_opponent(planes: Values) -> Values:
    """Inverse of `to_opponent`."""
    return _turned(planes, _TURN)


def to_samples(values: Values) -> NDArray[np.uint8]:
    """Rounded and held within 0..255."""
    np.rint(values, out=values)
    return np.clip(values, 0, 255, out=values).astype(np.uint8)


def _turned(values: Values, turn: Values) -> Values:
    if values.shape[-1] != len(turn):
        return values
    return (values.reshape(-1, len(turn)) @ turn).reshape(values.shape)
