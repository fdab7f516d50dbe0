"""How a picture's bytes are shared between its opponent planes, by the detail in each.

Of a code with one error everywhere, detail takes half a bit for each doubling of its power above
that error, and nothing below it. Which error a size allows, follows.
"""

import numpy as np
from numpy.typing import NDArray

from sshr.transports.sealed.opponent import Values, to_opponent

_HALVINGS, _SQUARE = 2, 4
"""Of the wavelet transform; squares of so many coefficients a side have one power."""

_STRIP = _SQUARE << _HALVINGS
_EVERY = 4  # of the strips of so many rows is looked at
_USED = 0.75  # of a code's bits, on photographs; the rest goes to what no model knows
_LEAST = 0.01  # for a colour that lies between the strips alone
_LEVELS, _STEPS = (-8.0, 8.0), 16  # of the error in octaves, and how often they are halved

Powers = list[tuple[Values, float]]
"""Mean squares of coefficients, and which share of a plane's samples they are; a band each."""


def plane_shares(picture: NDArray[np.uint8], capacity: int) -> list[float]:
    """The part of each plane, 1 together, in a code of so many bytes.

    Args:
        picture: (H, W, 3) RGB or (H, W) grey, 16 px a side or more.
    """
    if picture.ndim == 2:
        return [1.0]
    planes = [_powers(plane) for plane in np.moveaxis(to_opponent(_strips(picture)), -1, 0)]
    wanted = _USED * 8 * capacity / (picture.shape[0] * picture.shape[1])
    low, high = _LEVELS
    for _ in range(_STEPS):
        middle = (low + high) / 2
        bits = [_bits(plane, middle) for plane in planes]
        low, high = (middle, high) if sum(bits) > wanted else (low, middle)
    bits = [max(own, _LEAST * sum(bits)) or 1.0 for own in bits]
    return [own / sum(bits) for own in bits]


def _strips(picture: NDArray[np.uint8]) -> Values:
    height, width = (side // _STRIP * _STRIP for side in picture.shape[:2])
    strips = picture[:height].reshape(-1, _STRIP, *picture.shape[1:])[::_EVERY, :, :width]
    return strips.reshape(-1, width, 3).astype(np.float32)


def _powers(plane: Values) -> Powers:
    found = []
    for halving in range(1, _HALVINGS + 1):
        a, b, c, d = plane[::2, ::2], plane[::2, 1::2], plane[1::2, ::2], plane[1::2, 1::2]
        plane = (a + b + c + d) * np.float32(0.5)
        for band in (a - b + c - d, a + b - c - d, a - b - c + d):
            rows, columns = (side // _SQUARE for side in band.shape)
            squares = np.square(band * np.float32(0.5)).reshape(rows, _SQUARE, columns, _SQUARE)
            found.append((squares.mean(axis=(1, 3)), 0.25**halving))
    return found


def _bits(plane: Powers, level: float) -> float:
    """Bits a sample at an error of 2^level."""
    return sum(
        share * float(np.log2(np.maximum(powers * np.float32(4.0**-level), 1)).mean()) / 2
        for powers, share in plane
    )
