"""Names of types that every floor uses."""

import numpy as np
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]
"""(H, W, 3) samples of a picture, RGB order, 0..255."""
