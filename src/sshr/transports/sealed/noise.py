"""The kinds of noise."""

from enum import IntEnum


class Noise(IntEnum):
    """How the noise's power follows the reference."""

    UNIFORM = 0
    TEXTURE = 1
    ADAPTIVE = 2
