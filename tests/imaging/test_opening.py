"""Which decoders are let at an image, and what becomes of its EXIF block."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from picture_files import encoded
from PIL import Image

from sshr.errors import ImageError
from sshr.files.plugins import JXL
from sshr.imaging.opening import RECEIVED, open_image
from sshr.imaging.reading import Picture, as_picture, decode_image, read_received
from sshr.imaging.writing import LOSSLESS, encode_image


def test_stegos_are_read_in_every_format_that_they_are_written_in(photograph) -> None:
    samples = photograph(64, 70)
    assert {file_format for file_format, _ in LOSSLESS.values()} < set(RECEIVED)
    for suffix in LOSSLESS:
        got = decode_image(encode_image(samples, suffix), received=True)
        assert np.array_equal(got.rgb, samples)
    for packed in ("raw", "tiff_lzw", "packbits"):  # by other programs, without loss
        data = encoded(Image.fromarray(samples), "TIFF", compression=packed)
        assert np.array_equal(decode_image(data, received=True).rgb, samples)
    assert decode_image(encoded(Image.fromarray(samples), "JPEG"), received=True).size == (64, 70)


FOREIGN = ["JPEG2000", "AVIF", "JXL", "GIF", "PPM", "TGA", "PCX", "SGI"]


@pytest.mark.parametrize("file_format", FOREIGN)
def test_no_other_decoder_is_let_at_a_stego(picture: Image.Image, file_format: str) -> None:
    if file_format == "JXL":
        JXL.register()
    data = encoded(picture, file_format)
    assert isinstance(decode_image(data), Picture)
    for read in (
        lambda: decode_image(data, "x", received=True),
        lambda: as_picture(io.BytesIO(data), "x", received=True),
    ):
        with pytest.raises(ImageError, match=r"x: is .*stegos are PNG, WebP, TIFF, BMP or JPEG"):
            read()


def test_no_other_packing_of_tiff_either(picture: Image.Image) -> None:
    for packed in ("jpeg", "group4", "zstd"):
        image = picture.convert("1") if packed == "group4" else picture
        data = encoded(image, "TIFF", compression=packed)
        assert isinstance(decode_image(data), Picture)
        with pytest.raises(ImageError, match="is a TIFF packed as"):
            open_image(data, "x", received=True)


def test_a_received_file_says_its_name(tmp_path, picture: Image.Image) -> None:
    picture.save(tmp_path / "a.gif")
    with pytest.raises(ImageError, match=r"a\.gif: is not an image that can be read as a stego"):
        read_received(tmp_path / "a.gif")


@pytest.mark.parametrize("file_format", ["WEBP", "PNG"])
def test_broken_exif_leaves_the_pixels(
    picture: Image.Image, file_format: str, read: Callable[..., Picture]
) -> None:
    options = {"lossless": True} if file_format == "WEBP" else {}
    got = read(encoded(picture, file_format, exif=b"Exif\0\0broken!!", **options))
    assert np.array_equal(got.rgb, np.asarray(picture))
    assert got.notes == ("its EXIF block is damaged",)
