"""JPEG XL of a size that is known."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.sealed.jpeg_xl import load_jxl, save_jxl


@pytest.mark.parametrize("channels", [1, 3])
def test_there_and_back_and_no_other_size(
    photo: Callable[..., NDArray[np.uint8]], channels: int
) -> None:
    picture = photo("parrots", 33, 50)
    own = picture if channels == 3 else np.ascontiguousarray(picture[..., 0])
    data = save_jxl(own, lossless=True, effort=3)
    assert np.array_equal(load_jxl(data, 33, 50, channels), own)
    for other in ((50, 33, channels), (33, 51, channels), (33, 50, 4 - channels)):
        with pytest.raises(ValueError, match="another JPEG XL"):
            load_jxl(data, *other)
