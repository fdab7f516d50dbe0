"""Pillow's codecs in memory."""

import numpy as np
import pytest
from PIL import UnidentifiedImageError

from sshr.transports.sealed.pillow_codecs import load, save


def test_there_and_back_by_one_decoder_alone() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (20, 31, 3), np.uint8)
    data = save(picture, "PNG")
    assert np.array_equal(load(data, "PNG"), picture)
    with pytest.raises(UnidentifiedImageError):
        load(data, "JPEG2000")
