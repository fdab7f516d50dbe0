"""The kinds of noise."""

from enum import IntEnum


class Noise(IntEnum):
    """How the noise's power follows the reference: what is around a sample, or with `CAMERA` its
    value."""

    UNIFORM = 0
    TEXTURE = 1
    ADAPTIVE = 2
    CAMERA = 3
