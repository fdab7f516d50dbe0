import io
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sshr.errors import ImageError
from sshr.files.plugins import HEIF, JXL
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


def test_rearranged_png_chunks(path, photograph, fuzz):
    """Chunks left out, doubled, moved and filled with other bytes, each under a right checksum."""
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photograph(64, 66)).convert("P").save(
        file, "PNG", exif=exif, icc_profile=b"profile" * 20, transparency=3, dpi=(72, 72)
    )
    png, chunks, place = file.getvalue(), [], 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        chunks.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + length]))
        place += 12 + length
    kinds = sorted({kind for kind, _ in chunks} | {b"acTL", b"fcTL", b"fdAT", b"iTXt", b"zTXt"})

    def target(drawn):
        made = list(chunks)
        for _ in range(drawn.draw(st.integers(1, 3))):
            at = drawn.draw(st.integers(0, len(made) - 1))
            kind, inner = made[at]
            what = drawn.draw(st.integers(0, 3))
            if what == 0 and len(made) > 1:
                del made[at]
            elif what == 1:
                made.insert(drawn.draw(st.integers(0, len(made))), made[at])
            elif what == 2:
                made[at] = kind, drawn.draw(st.binary(max_size=40))
            else:
                made[at] = drawn.draw(st.sampled_from(kinds)), inner
        joined = b"".join(
            len(inner).to_bytes(4, "big")
            + kind
            + inner
            + zlib.crc32(kind + inner).to_bytes(4, "big")
            for kind, inner in made
        )
        assert_picture_or_image_error(path, png[:8] + joined)

    fuzz(target, 150)


def test_a_jpeg_too_short_for_its_size_is_refused_before_it_is_filled_up(path, samples):
    jpeg = samples["JPEG"]
    at = jpeg.index(b"\xff\xc0") + 5
    path.write_bytes(jpeg[:at] + (12000).to_bytes(2, "big") * 2 + jpeg[at + 4 :])
    with pytest.raises(ImageError, match="too short for its size"):
        read_image(path)
    Image.new("L", (3000, 3000)).save(path, "JPEG", quality=1, optimize=True)
    assert read_image(path).size == (3000, 3000)


def test_a_png_too_short_for_its_size_is_refused(path, samples):
    png = samples["PNG"]
    png = with_valid_checksums(png[:20] + (1 << 20).to_bytes(4, "big") + png[24:])
    path.write_bytes(png)
    with pytest.raises(ImageError, match="rows are missing"):
        read_image(path)
    Image.new("1", (9000, 9000)).save(path, "PNG", optimize=True)
    assert read_image(path).size == (9000, 9000)
    Image.new("RGB", (5000, 5000)).save(path, "PNG", optimize=True)
    assert read_image(path).size == (5000, 5000)
