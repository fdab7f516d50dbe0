"""Keys between header and network in NumPy are those of the network in torch."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch.nn import functional as F

from sshr.inference.rsrk import decode_key, encode_key, key_bytes, thumbnail
from sshr.network.rsrk import decode_rsrk_public, encode_rsrk_public


@given(st.lists(st.floats(-3, 3, width=32), min_size=8, max_size=8))
def test_codes_are_the_same(values: list[float]) -> None:
    key = np.array(values, np.float32)
    codes = encode_key(key)
    assert len(codes) == key_bytes(len(key)) == 2
    assert codes == encode_rsrk_public(torch.from_numpy(key)[None]).numpy().tobytes()
    levels = decode_key(codes)
    expected = decode_rsrk_public(torch.frombuffer(bytearray(codes), dtype=torch.uint8)[None])
    assert np.array_equal(levels, expected[0].numpy())
    assert encode_key(levels) == codes


@pytest.mark.parametrize("size", [(400, 384), (256, 256), (100, 333)])
def test_thumbnail_is_what_torch_makes(
    size: tuple[int, int], photo: Callable[..., NDArray[np.uint8]]
) -> None:
    picture = photo("lighthouse", *size)
    image = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
    expected = F.interpolate(image, (256, 256), mode="bilinear", antialias=True)[0].numpy()
    found = thumbnail(picture)
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() < 1e-4
