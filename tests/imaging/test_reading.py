import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from picture_files import chunk, encoded
from PIL import Image

from sshr.errors import ImageError, UsageError
from sshr.imaging.reading import Picture, as_picture, read_image


@pytest.fixture
def refused(read, tmp_path):
    """Reads the bytes, expects the one-line error that names the file, and returns it."""

    def read_and_fail(data):
        with pytest.raises(ImageError) as caught:
            read(data)
        message = str(caught.value)
        assert message.startswith(f"{tmp_path / 'in.bin'}: ")
        assert message.isprintable()
        return message

    return read_and_fail


@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("BMP", {}),
        ("PPM", {}),
    ],
)
def test_lossless_formats_give_the_exact_samples(read, picture, file_format, options):
    result = read(encoded(picture, file_format, **options))
    assert np.array_equal(result.rgb, np.asarray(picture))
    assert result.rgb.dtype == np.uint8
    assert result.rgb.flags.c_contiguous
    assert result.rgb.flags.writeable
    assert result.size == (72, 100)
    assert not result.greyscale
    assert result.notes == ()


def test_jpeg_is_close(read, picture):
    result = read(encoded(picture, "JPEG", quality=95))
    assert np.abs(result.rgb.astype(int) - np.asarray(picture)).mean() < 4


@pytest.mark.parametrize("path_type", [str, Path])
def test_picture_knows_where_it_came_from(tmp_path, picture, path_type):
    picture.save(tmp_path / "a.png")
    result = read_image(path_type(tmp_path / "a.png"))
    assert result.path == tmp_path / "a.png"
    assert result.name == str(tmp_path / "a.png")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_exif_orientation_is_applied_once(read, picture, orientation, file_format):
    upright = np.asarray(picture)
    # How a camera that was held this way stores the upright picture (EXIF 2.32, tag 0x0112).
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: upright.transpose(1, 0, 2)[::-1],
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: upright.transpose(1, 0, 2)[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = read(encoded(Image.fromarray(np.ascontiguousarray(stored)), file_format, exif=exif))
    assert np.array_equal(result.rgb, upright)
    assert any("EXIF" in note for note in result.notes) == (orientation != 1)


def test_grey_becomes_three_equal_channels(read, picture):
    grey = picture.convert("L")
    result = read(encoded(grey))
    assert result.greyscale
    assert np.array_equal(result.rgb, np.repeat(np.asarray(grey)[:, :, None], 3, axis=2))
    assert result.notes == ()


def test_bilevel_is_grey(read, picture):
    result = read(encoded(picture.convert("1")))
    assert result.greyscale
    assert set(np.unique(result.rgb)) == {0, 255}
    assert "8-bit grey" in result.notes[0]


def test_palette_is_expanded(read, picture):
    palette = picture.quantize(64)
    for file_format in ("PNG", "GIF"):
        result = read(encoded(palette, file_format))
        assert np.array_equal(result.rgb, np.asarray(palette.convert("RGB")))
        assert not result.greyscale
        assert "palette" in result.notes[0]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_opaque_alpha_is_dropped_and_told(read, picture, mode):
    image = picture.convert(mode[:-1]).convert(mode)
    result = read(encoded(image))
    assert np.array_equal(result.rgb, np.asarray(picture.convert(mode[:-1]).convert("RGB")))
    assert result.greyscale == (mode == "LA")
    assert "alpha" in result.notes[0]


def test_main_picture_of_a_phone_photograph_is_taken(read, photograph):
    frames = [Image.fromarray(photograph(64, 80, seed)) for seed in range(2)]
    data = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:], quality=95)
    result = read(data)
    assert np.array_equal(result.rgb, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
    assert "main picture" in result.notes[0]


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_of_several_frames_is_taken(read, photograph, file_format):
    frames = [Image.fromarray(photograph(64, 64, seed)) for seed in range(3)]
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:], **options)
    got = read(data)
    assert np.array_equal(got.rgb, Image.open(io.BytesIO(data)).convert("RGB"))
    if file_format != "GIF":
        assert np.array_equal(got.rgb, frames[0])
    assert any("first of its 3 frames" in note for note in got.notes)


def test_only_decoders_that_may_differ_are_told(read, picture):
    assert read(encoded(picture, "JPEG")).inexact == "JPEG"
    assert read(encoded(picture, "AVIF")).inexact == "AVIF"
    assert read(encoded(picture, "TIFF", compression="jpeg")).inexact == "JPEG"
    assert read(encoded(picture)).inexact is None
    assert read(encoded(picture, "WEBP")).inexact is None


@pytest.mark.parametrize(("size", "fits"), [((64, 64), True), ((63, 64), False), ((900, 1), False)])
def test_shortest_side(read, refused, size, fits):
    data = encoded(Image.new("RGB", size))
    if fits:
        assert read(data).size == size[::-1]
    else:
        assert f"is {size[0]}x{size[1]} px; each side must have at least 64 px" in refused(data)


@pytest.mark.parametrize(
    ("side", "words"), [(12_500, "at most 150 megapixels"), (60_000, "too many pixels")]
)
def test_huge_pictures_are_refused_from_the_header(refused, side, words):
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    assert words in refused(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows + chunk(b"IEND"))


def test_missing_file(tmp_path):
    with pytest.raises(ImageError, match=r"absent\.png: no such file"):
        read_image(tmp_path / "absent.png")


def test_folder(tmp_path):
    with pytest.raises(ImageError, match="is a folder"):
        read_image(tmp_path)


def test_path_through_a_file(tmp_path, picture):
    picture.save(tmp_path / "a.png")
    with pytest.raises(ImageError, match="cannot be read"):
        read_image(tmp_path / "a.png" / "b.png")


def test_name_with_a_null_character():
    with pytest.raises(ImageError, match=r"a\\x00b: cannot be read"):
        read_image("a\0b")


def test_name_stays_on_one_line(tmp_path):
    with pytest.raises(ImageError) as caught:
        read_image(tmp_path / "two\nlines\udcff\x1b[31m.png")
    assert str(caught.value).isprintable()
    assert r"two\nlines\udcff\x1b[31m.png: no such file." in str(caught.value)


def test_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(ImageError, match="is a pipe or a device"):
        read_image(tmp_path / "pipe.png")


def test_unreadable_file(public_folder, unprivileged, picture):
    path = public_folder / "secret.png"
    picture.save(path)
    path.chmod(0)
    with unprivileged(), pytest.raises(ImageError, match=r"secret\.png: no permission to read"):
        read_image(path)


def test_empty_file(refused):
    assert "is empty (0 bytes)" in refused(b"")


@pytest.mark.parametrize("data", [b"hello", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n"])
def test_not_an_image(refused, data):
    assert "not an image" in refused(data)


@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("WEBP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("BMP", {}),
        ("PPM", {}),
    ],
)
def test_a_file_cut_anywhere_is_refused(refused, picture, file_format, options):
    data = encoded(picture, file_format, **options)
    cuts = [*range(1, len(data), max(1, len(data) // 40)), *range(len(data) - 14, len(data))]
    for cut in cuts:
        message = refused(data[:cut])
        assert "damaged or incomplete" in message or "not an image" in message


def test_a_changed_byte_in_a_png_is_noticed(refused, picture):
    data = bytearray(encoded(picture))
    data[len(data) // 2] ^= 1
    assert "damaged" in refused(bytes(data))


def test_arrays_are_pictures(photograph):
    rgb = photograph(70, 64)
    colour = as_picture(rgb, "secret")
    assert np.array_equal(colour.rgb, rgb)
    assert (colour.greyscale, colour.name, colour.path) == (False, "secret", None)
    turned = as_picture(rgb.transpose(1, 0, 2))
    assert turned.rgb.flags.c_contiguous
    assert np.array_equal(turned.rgb, rgb.transpose(1, 0, 2))
    grey = as_picture(rgb[:, :, 0])
    assert grey.greyscale
    assert all(np.array_equal(grey.rgb[:, :, c], rgb[:, :, 0]) for c in range(3))


def test_paths_and_pictures_pass(tmp_path, picture):
    picture.save(tmp_path / "a.png")
    from_path = as_picture(str(tmp_path / "a.png"))
    assert np.array_equal(from_path.rgb, np.asarray(picture))
    assert as_picture(from_path) is from_path
    assert isinstance(from_path, Picture)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((3, 64, 64), np.uint8),
        np.zeros((64, 64, 1), np.uint8),
        np.zeros((1, 64, 64, 3), np.uint8),
        np.zeros((64, 64, 3), np.float32),
        np.zeros(64, np.uint8),
        [[0] * 64] * 64,
        None,
    ],
)
def test_other_things_are_not_pictures(wrong):
    with pytest.raises(UsageError, match="reference: must be"):
        as_picture(wrong, "reference")


def test_small_array_is_refused():
    with pytest.raises(ImageError, match="at least 64 px"):
        as_picture(np.zeros((64, 63, 3), np.uint8))


def test_a_binary_stream_is_read_as_a_file_is(picture):
    picture.putpixel((0, 0), (1, 2, 3))
    got = as_picture(io.BytesIO(encoded(picture)), "mine")
    assert np.array_equal(got.rgb, np.asarray(picture))
    assert (got.name, got.path) == ("mine", None)
    for data, words in ((b"", "is empty"), (b"x", "is not an image")):
        with pytest.raises(ImageError, match=f"mine: {words}"):
            as_picture(io.BytesIO(data), "mine")
    with pytest.raises(UsageError, match="gives str, not bytes"):
        as_picture(io.StringIO("x"), "mine")
    closed = io.BytesIO(encoded(picture))
    closed.close()
    with pytest.raises(ImageError, match="mine: cannot be read"):
        as_picture(closed, "mine")


def test_what_a_lazy_image_meets_is_one_error(picture):
    cut = Image.open(io.BytesIO(encoded(picture)[:300]))
    strange = picture.convert("HSV")
    for image in (cut, strange):
        with pytest.raises(ImageError, match="mine: cannot be read"):
            as_picture(image, "mine")


def test_a_way_of_storing_that_is_not_built_in_is_no_damage(read, picture, monkeypatch):
    def load(_):
        raise OSError("WEBP compression support is not configured")

    monkeypatch.setattr("sshr.imaging.reading.load_image", load)
    with pytest.raises(ImageError, match=r"cannot be read here \(WEBP.*Convert it to PNG"):
        read(encoded(picture))
