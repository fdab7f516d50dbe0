"""AVIF without its container: there and back, and one frame of the size that is known."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_files import encoded
from PIL import Image

from sshr.imaging.avif import avif_file, bare_avif

DELIMITER, SEQUENCE_END = b"\x12\0", 12


@pytest.mark.parametrize("subsampling", ["4:2:0", "4:4:4"])
@pytest.mark.parametrize("size", [(1, 1), (64, 64), (131, 257), (600, 70)])
def test_the_container_is_made_anew(photograph, size: tuple[int, int], subsampling: str) -> None:
    image = Image.fromarray(photograph(*size))
    for quality in (5, 100):
        data = encoded(image, "AVIF", quality=quality, subsampling=subsampling)
        bare = bare_avif(data)
        assert len(bare) < len(data) - 250
        again = avif_file(bare, *size)
        with Image.open(BytesIO(data)) as one, Image.open(BytesIO(again)) as other:
            assert np.array_equal(np.asarray(one), np.asarray(other))


@pytest.fixture(scope="module")
def bare(photograph) -> bytes:
    return bare_avif(encoded(Image.fromarray(photograph(64, 80)), "AVIF", quality=40))


def test_anything_but_one_frame_of_the_size_is_refused(photograph, bare: bytes) -> None:
    config, item = bare[:2], bare[2:]
    large = bare_avif(encoded(Image.fromarray(photograph(200, 300)), "AVIF", quality=40))
    sequence = large[2 : 2 + 2 + SEQUENCE_END]  # of another size, after the first
    avif_file(bare, 64, 80)
    for other in (
        b"",
        config,
        config + item + item,
        config + sequence + item[2 + SEQUENCE_END :],
        config + item[: 2 + SEQUENCE_END] + sequence[2:] + item[2 + SEQUENCE_END :],
        config + item[:-5],
        config + DELIMITER + b"\x2a\1x" + item,  # metadata
        config + b"\x10" + item,  # no length
    ):
        with pytest.raises(ValueError, match="AV"):
            avif_file(other, 64, 80)
    for size in ((80, 64), (64, 81), (1 << 16, 1 << 16)):
        with pytest.raises(ValueError, match="not an AVIF of"):
            avif_file(bare, *size)


@given(data=st.binary(max_size=40))
def test_any_bytes_are_a_file_or_refused(data: bytes) -> None:
    try:
        avif_file(data, 64, 64)
    except ValueError:
        return
