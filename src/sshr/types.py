"""Words for types that every floor uses."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]
"""(H, W, 3) samples of a picture, RGB order, 0..255."""

Progress = Callable[[str, int, int], None]
"""Called with (stage, pieces done, pieces in all)."""


def quiet(stage: str, done: int, total: int) -> None:
    """The progress callback that says nothing."""
