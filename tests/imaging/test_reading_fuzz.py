import io
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sshr.errors import ImageError
from sshr.imaging.plugins import HEIF, JXL
from sshr.imaging.reading import Picture, read_image

FORMATS = ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "TGA", "PCX", "QOI", "ICO", "AVIF"]
PLUGINS = [plugin for plugin in (HEIF, JXL) if plugin.ready()]
FORMATS += [{"HEIC": "HEIF", "JPEG XL": "JXL"}[plugin.format] for plugin in PLUGINS]
STARTS = [
    b"",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF89a",
    b"RIFF\0\0\0\0WEBP",
    b"II*\0",
    b"P6",
]

edits = st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=4)), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "in.bin"


@pytest.fixture(scope="module")
def samples(photograph):
    image = Image.fromarray(photograph(64, 66))
    result = {}
    for file_format in FORMATS:
        file = io.BytesIO()
        image.save(file, file_format)
        result[file_format] = file.getvalue()
    return result


def assert_picture_or_image_error(path, data):
    path.write_bytes(data)
    result: Picture | ImageError
    try:
        result = read_image(path)
    except ImageError as error:
        result = error
    if isinstance(result, ImageError):
        assert str(result).isprintable()
    else:
        assert result.rgb.dtype == np.uint8
        assert result.rgb.shape == (*result.size, 3)
        assert min(result.size) >= 64


def edited(data, changes):
    for place, replacement in changes:
        place %= len(data)
        data = data[:place] + replacement + data[place + max(1, len(replacement)) :]
    return data


def with_valid_checksums(png):
    """The PNG with every chunk's checksum made right, so that changes reach the decoder."""
    result, place = bytearray(png), 8
    while place + 12 <= len(png):
        end = place + 8 + int.from_bytes(png[place : place + 4], "big")
        result[end : end + 4] = zlib.crc32(result[place + 4 : end]).to_bytes(4, "big")
        place = end + 4
    return bytes(result[: len(png)])


@settings(max_examples=150, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=300))
def test_garbage(path, start, rest):
    assert_picture_or_image_error(path, start + rest)


@settings(max_examples=100, deadline=None)
@given(changes=edits)
def test_changed_png(path, samples, changes):
    assert_picture_or_image_error(path, edited(samples["PNG"], changes))


@settings(max_examples=100, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(8, 120), st.binary(min_size=1, max_size=1))))
def test_changed_png_with_valid_checksums(path, samples, changes):
    assert_picture_or_image_error(path, with_valid_checksums(edited(samples["PNG"], changes)))


@settings(max_examples=200, deadline=None)
@given(file_format=st.sampled_from(FORMATS[1:]), changes=edits, head=st.booleans())
def test_changed_files_of_other_formats(path, samples, file_format, changes, head):
    if head:  # most of what a decoder believes stands at the beginning
        changes = [(place % 200, replacement) for place, replacement in changes]
    assert_picture_or_image_error(path, edited(samples[file_format], changes))
