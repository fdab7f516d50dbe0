"""Every mode, depth and format that Pillow reads becomes 8-bit RGB, knowingly."""

import io
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from picture_files import chunk, encoded, foreign_profile, grey_profile, png_16, srgb_profile
from PIL import Image, ImageCms

from sshr.errors import ImageError, UsageError
from sshr.files.plugins import AVIF, HEIF, JXL, jxl_size, plugin_for
from sshr.imaging.modes import to_rgb
from sshr.imaging.reading import Picture, read_image
from sshr.imaging.secret import as_secret, opaque, read_secret

Rgb8 = NDArray[np.uint8]
Read = Callable[..., Picture]


@pytest.fixture
def picture(photograph: Callable[..., Rgb8]) -> Image.Image:
    return Image.fromarray(photograph(72, 100))


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_bytes(data: bytes, srgb: bool = False) -> Picture:
        path = tmp_path / "in.bin"
        path.write_bytes(data)
        return read_image(path, srgb=srgb)

    return read_bytes


def same(one: Rgb8, other: Image.Image, levels: int = 0) -> bool:
    wanted = np.asarray(other.convert("RGB")).astype(int)
    return one.shape == wanted.shape and np.abs(one.astype(int) - wanted).max() <= levels


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr", "LAB"])
def test_other_colour_modes_are_converted_and_told(
    read: Read, picture: Image.Image, mode: str
) -> None:
    if mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        image = ImageCms.profileToProfile(picture, srgb, lab, outputMode="LAB")
        assert image is not None
    else:
        image = picture.convert(mode)
    data = encoded(image, "TIFF")
    got = read(data)
    assert np.abs(got.rgb.astype(int) - np.asarray(picture)).mean() < 2
    assert not got.greyscale
    stored = Image.open(io.BytesIO(data)).mode
    assert any(f"converted from {stored}" in note for note in got.notes) == (stored != "RGB")
    assert got.inexact == (None if stored == "RGB" else stored)


@pytest.mark.parametrize("mode", ["HSV", "RGBX", "RGBa", "La", "PA", "1", "I;16", "I;16B"])
def test_modes_that_few_files_have(picture: Image.Image, mode: str) -> None:
    image = picture.quantize(32).convert("PA") if mode == "PA" else picture.copy()
    if mode == "RGBa":
        image = image.convert("RGBA").convert("RGBa")
    elif mode == "La":
        image = image.convert("LA").convert("La")
    elif mode.startswith("I;16"):
        image = image.convert("L").convert("I").convert("I;16")
        image = image.convert("I").convert(mode) if mode != "I;16" else image
    elif mode != "PA":
        image = image.convert(mode)
    got = to_rgb(image, "x", deep=mode.startswith("I"))
    grey = mode in {"La", "1", "I;16", "I;16B"}
    assert got.greyscale == grey
    assert got.alpha is None
    wanted = picture.convert({"La": "L", "1": "1"}.get(mode, "RGB"))
    if mode.startswith("I;16"):
        assert not got.rgb.any()  # levels up to 255 of 65535
    else:
        assert np.abs(got.rgb.astype(int) - np.asarray(wanted.convert("RGB"))).mean() < 10


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_16_bit_png_keeps_its_high_bytes(read: Read, channels: int) -> None:
    rng = np.random.default_rng(channels)
    samples = rng.integers(0, 65536, (64, 70, channels), dtype=np.uint16)
    got = read(png_16(samples))
    high = (samples >> 8).astype(np.uint8)
    colours = high[:, :, : 3 if channels > 2 else 1]
    assert np.array_equal(got.rgb, np.broadcast_to(colours, (64, 70, 3)))
    assert got.greyscale == (channels < 3)
    assert "cut down to 8 bits" in got.notes[0]
    if channels in {2, 4}:
        assert got.alpha is not None
        assert np.array_equal(got.alpha, high[:, :, -1])
    else:
        assert got.alpha is None


def test_a_transparent_colour_of_16_bits_is_told(read: Read) -> None:
    samples = np.full((64, 64, 3), 0x1234, np.uint16)
    got = read(png_16(samples, chunk(b"tRNS", struct.pack(">HHH", 0x1234, 0x1234, 0x1234))))
    assert got.alpha is None
    assert any("names as transparent" in note for note in got.notes)


@pytest.mark.parametrize("dtype", [np.uint16, np.int32])
def test_deep_grey_tiff_keeps_its_high_bytes(
    read: Read, photograph: Callable[..., Rgb8], dtype: type
) -> None:
    grey = photograph(64, 80)[:, :, 0]
    got = read(encoded(Image.fromarray(grey.astype(dtype) * 256 + 200), "TIFF"))
    assert np.array_equal(got.rgb[:, :, 1], grey)
    assert got.greyscale
    assert "cut down to 8 bits" in got.notes[0]


def test_16_bit_ppm_is_cut_down(read: Read) -> None:
    samples = np.random.default_rng(0).integers(0, 65536, (64, 64, 3), dtype=np.uint16)
    got = read(b"P6 64 64 65535\n" + samples.astype(">u2").tobytes())
    assert np.abs(got.rgb - samples / 257).max() <= 1
    assert "cut down to 8 bits" in got.notes[0]


def test_floating_point_from_0_to_1(read: Read, photograph: Callable[..., Rgb8]) -> None:
    grey = photograph(64, 80)[:, :, 0]
    got = read(encoded(Image.fromarray(grey.astype(np.float32) / 255), "TIFF"))
    assert np.array_equal(got.rgb[:, :, 2], grey)


@pytest.mark.parametrize(
    "samples",
    [
        np.full((64, 64), 1.5, np.float32),
        np.full((64, 64), -0.1, np.float32),
        np.full((64, 64), np.nan, np.float32),
        np.full((64, 64), -1, np.int32),
        np.full((64, 64), 1 << 16, np.int32),
    ],
)
def test_32_bit_samples_of_unknown_range_are_refused(read: Read, samples: NDArray) -> None:
    with pytest.raises(ImageError, match="32-bit samples run from"):
        read(encoded(Image.fromarray(samples), "TIFF"))


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_of_several_frames_is_taken(
    read: Read, photograph: Callable[..., Rgb8], file_format: str
) -> None:
    frames = [Image.fromarray(photograph(64, 64, seed)) for seed in range(3)]
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:], **options)
    got = read(data)
    assert same(got.rgb, Image.open(io.BytesIO(data)))
    if file_format != "GIF":
        assert same(got.rgb, frames[0])
    assert any("first of its 3 frames" in note for note in got.notes)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_read_as_it_is(
    read: Read, picture: Image.Image, mode: str, file_format: str
) -> None:
    alpha = np.random.default_rng(1).integers(0, 256, (72, 100), dtype=np.uint8)
    image = picture.convert(mode)
    image.putalpha(Image.fromarray(alpha))
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    got = read(encoded(image, file_format, **options))
    assert got.alpha is not None
    assert np.array_equal(got.alpha, alpha)
    assert same(got.rgb, picture.convert(mode[:-1]))
    assert got.greyscale == (mode == "LA" and file_format != "WEBP")


def test_named_transparent_colours(read: Read, picture: Image.Image) -> None:
    colours = np.asarray(picture).copy()
    colours[0, 0] = (1, 2, 3)
    image = Image.fromarray(colours)
    got = read(encoded(image, transparency=(1, 2, 3)))
    assert got.alpha is not None
    assert (got.alpha[0, 0], got.alpha[0, 1]) == (0, 255)
    assert np.array_equal(got.rgb, colours)
    assert read(encoded(image, transparency=(255, 0, 255))).alpha is None
    grey = picture.convert("L")
    level = grey.getpixel((9, 9))
    got = read(encoded(grey, transparency=level))
    assert got.greyscale
    assert got.alpha is not None
    assert np.array_equal(got.alpha == 0, np.asarray(grey) == level)
    palette = picture.quantize(64)
    got = read(encoded(palette, transparency=palette.getpixel((9, 9))))
    assert got.alpha is not None
    assert got.alpha[9, 9] == 0


@given(data=st.data())
def test_transparent_parts_lie_on_white(data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 1 << 30))
    rng = np.random.default_rng(seed)
    height = data.draw(st.sampled_from([64, 255, 257]))
    rgb = rng.integers(0, 256, (height, 64, 3), dtype=np.uint8)
    alpha = rng.choice(np.array([0, 1, 127, 254, 255], np.uint8), (height, 64))
    laid = opaque(Picture(rgb, False, "x", alpha=alpha))
    exact = (rgb * (alpha[..., None] / 255) + 255 * (1 - alpha[..., None] / 255)).astype(float)
    assert np.abs(laid.rgb - exact).max() <= 0.5 + 1e-9
    assert laid.alpha is None
    assert laid.notes == ("its transparent parts were laid on white",)


def test_alpha_of_the_secret(tmp_path: Path, picture: Image.Image) -> None:
    image = picture.convert("RGBA")
    image.putpixel((3, 5), (0, 0, 0, 0))
    image.save(tmp_path / "a.png")
    assert tuple(read_secret(tmp_path / "a.png").rgb[5, 3]) == (255, 255, 255)
    with pytest.raises(ImageError, match="has transparent pixels"):
        read_secret(tmp_path / "a.png", "refuse")
    with pytest.raises(UsageError, match="composite or refuse"):
        as_secret(tmp_path / "a.png", "ignore")  # type: ignore[arg-type]
    picture.save(tmp_path / "b.png")
    assert np.array_equal(as_secret(tmp_path / "b.png", "refuse").rgb, np.asarray(picture))
    assert np.array_equal(as_secret(np.asarray(picture)).rgb, np.asarray(picture))


def test_reference_samples_stay_as_stored_and_the_secret_becomes_srgb(
    read: Read, picture: Image.Image
) -> None:
    data = encoded(picture, icc_profile=foreign_profile())
    stored, seen = read(data), read(data, srgb=True)
    assert np.array_equal(stored.rgb, np.asarray(picture))
    assert "is not applied to its samples" in stored.notes[0]
    assert np.abs(seen.rgb.astype(int) - stored.rgb).mean() > 5
    assert "were converted from its profile" in seen.notes[0]
    plain = encoded(picture, icc_profile=srgb_profile())
    assert read(plain).notes == read(plain, srgb=True).notes == ()
    assert np.array_equal(read(plain, srgb=True).rgb, np.asarray(picture))


def test_grey_profile_gives_greys(read: Read, picture: Image.Image) -> None:
    grey = picture.convert("L")
    seen = read(encoded(grey, icc_profile=grey_profile()), srgb=True)
    assert seen.greyscale
    assert (seen.rgb[:, :, 0] == seen.rgb[:, :, 2]).all()
    linear = np.asarray(grey) / 255
    expected = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    bright = expected > 0.3  # few 8-bit levels of the linear scale are dark
    assert np.abs(seen.rgb[:, :, 1] - 255 * expected)[bright].max() < 4


@pytest.mark.parametrize("profile", [b"rubbish", foreign_profile()[:200], grey_profile()])
def test_a_profile_that_does_not_fit_is_ignored(
    read: Read, picture: Image.Image, profile: bytes
) -> None:
    seen = read(encoded(picture, icc_profile=profile), srgb=True)
    assert np.array_equal(seen.rgb, np.asarray(picture))
    assert "cannot be used" in seen.notes[0]


def test_only_decoders_that_may_differ_are_told(read: Read, picture: Image.Image) -> None:
    assert read(encoded(picture, "JPEG")).inexact == "JPEG"
    assert read(encoded(picture, "AVIF")).inexact == "AVIF"
    assert read(encoded(picture, "TIFF", compression="jpeg")).inexact == "JPEG"
    assert read(encoded(picture)).inexact is None
    assert read(encoded(picture, "WEBP")).inexact is None


def test_avif(read: Read, picture: Image.Image) -> None:
    got = read(encoded(picture, "AVIF", quality=95))
    assert np.abs(got.rgb.astype(int) - np.asarray(picture)).mean() < 6


def test_heic(read: Read, picture: Image.Image) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, quality=95)
    got = read(file.getvalue())
    assert got.inexact == "HEIF"
    assert np.abs(got.rgb.astype(int) - np.asarray(picture)).mean() < 6


def jxl(image: Image.Image) -> bytes:
    pytest.importorskip("pillow_jxl")
    return encoded(image, "JXL", lossless=True)


def test_jpeg_xl(read: Read, picture: Image.Image) -> None:
    got = read(jxl(picture))
    assert got.inexact == "JXL"
    assert np.array_equal(got.rgb, np.asarray(picture))


@pytest.mark.parametrize(
    "size", [(64, 64), (72, 64), (65, 64), (1000, 64), (300, 200), (512, 1024)]
)
def test_size_of_jpeg_xl_is_known_before_decoding(size: tuple[int, int]) -> None:
    assert jxl_size(jxl(Image.new("RGB", size))) == size[::-1]


def test_huge_jpeg_xl_is_refused_unopened(read: Read) -> None:
    pytest.importorskip("pillow_jxl")
    side = 60_000 - 1
    bits = 0 | 3 << 1 | side << 3 | 1 << 33  # large, 30 bits a side, square
    data = b"\xff\x0a" + bits.to_bytes(8, "little") + bytes(40)
    assert jxl_size(data) == (60_000, 60_000)
    with pytest.raises(ImageError, match="at most 150 megapixels"):
        read(data)


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 40])
def test_size_of_jpeg_xl_in_parts(cut: int) -> None:
    stream = jxl(Image.new("RGB", (1000, 300)))
    if not stream.startswith(b"\xff\x0a"):
        at = stream.index(b"jxlc")
        stream = stream[at + 4 :]

    def box(kind: bytes, content: bytes) -> bytes:
        return (len(content) + 8).to_bytes(4, "big") + kind + content

    parts = b"".join(box(b"jxlp", bytes(4) + part) for part in (stream[:cut], stream[cut:]))
    container = b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    assert jxl_size(container + parts) == (300, 1000)
    assert jxl_size(container + box(b"jxlc", stream)) == (300, 1000)
    assert jxl_size(container) is None


@given(data=st.binary(max_size=80))
def test_no_bytes_break_the_size_of_jpeg_xl(data: bytes) -> None:
    for start in (b"", b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"):
        size = jxl_size(start + data)
        assert size is None or min(size) > 0
        assert plugin_for(start + data) in (None, HEIF, AVIF, JXL)


def test_a_missing_plugin_is_named(
    read: Read, picture: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = jxl(picture)
    assert plugin_for(data) is JXL
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    monkeypatch.setattr(Image, "ID", [name for name in Image.ID if name != "JXL"])
    with pytest.raises(ImageError, match=r"is JPEG XL.*pip install pillow-jxl-plugin"):
        read(data)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.setattr(Image, "ID", [name for name in Image.ID if "HEI" not in name])
    with pytest.raises(ImageError, match=r"is HEIC.*pip install pillow-heif"):
        read(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
