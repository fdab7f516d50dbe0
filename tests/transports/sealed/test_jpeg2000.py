"""JPEG 2000 planes without headers: what is made anew is what the encoder wrote."""

import numpy as np
import pytest

from sshr.transports.sealed.jpeg2000 import bare_plane, plane_stream
from sshr.transports.sealed.pillow_codecs import load, save

OPTIONS = {"irreversible": True, "quality_mode": "dB", "no_jp2": True}


def coded(shape: tuple[int, int], quality: float, **other: object) -> bytes:
    plane = np.random.default_rng(shape[1]).integers(20_000, 40_000, shape).astype(np.uint16)
    return save(plane, "JPEG2000", **(OPTIONS | {"quality_layers": [quality]} | other))


@pytest.mark.parametrize("shape", [(32, 64), (64, 64), (131, 257), (40, 2000)])
@pytest.mark.parametrize("quality", [40.0, 62.0, 100.0])
def test_headers_are_made_anew(shape: tuple[int, int], quality: float) -> None:
    data = coded(shape, quality)
    body = bare_plane(data, *shape)
    assert len(body) < len(data) - 150
    again = load(plane_stream(body, *shape), "JPEG2000")
    assert again.shape == shape
    assert np.array_equal(again, load(data, "JPEG2000"))


def test_another_encoder_is_noticed() -> None:
    for data, shape in (
        (coded((64, 64), 50.0, num_resolutions=3), (64, 64)),
        (coded((64, 64), 50.0, tile_size=(32, 32)), (64, 64)),
        (coded((64, 64), 50.0), (64, 65)),
    ):
        with pytest.raises(RuntimeError, match="writes another JPEG 2000"):
            bare_plane(data, *shape)
