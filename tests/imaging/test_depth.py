"""Samples of more than 8 bits keep their high byte, and the user is told."""

import struct
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from picture_files import chunk, encoded, png_16
from PIL import Image

from sshr.errors import ImageError
from sshr.imaging.depth import as_levels
from sshr.imaging.reading import Picture

Rgb8 = NDArray[np.uint8]
Read = Callable[..., Picture]


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


def test_what_is_no_number_is_refused(read: Read) -> None:
    samples = np.full((64, 64), 0.5, np.float32)
    samples[3, 4] = np.nan
    with pytest.raises(ImageError, match="are not numbers"):
        read(encoded(Image.fromarray(samples), "TIFF"))


def test_floating_point_from_0_to_1(read: Read, photograph: Callable[..., Rgb8]) -> None:
    grey = photograph(64, 80)[:, :, 0]
    got = read(encoded(Image.fromarray(grey.astype(np.float32) / 255), "TIFF"))
    assert np.array_equal(got.rgb[:, :, 2], grey)


@pytest.mark.parametrize(
    "samples",
    [
        np.full((64, 64), 1.5, np.float32),
        np.full((64, 64), -0.1, np.float32),
        np.full((64, 64), -1, np.int32),
        np.full((64, 64), 1 << 16, np.int32),
    ],
)
def test_32_bit_samples_of_unknown_range_are_refused(read: Read, samples: NDArray) -> None:
    with pytest.raises(ImageError, match="32-bit samples run from"):
        read(encoded(Image.fromarray(samples), "TIFF"))


def test_levels_are_rounded_and_clipped():
    levels = np.array([-4.0, 1.4, 1.6, 254.6, 300.0])
    assert as_levels(levels).tolist() == [0, 1, 2, 255, 255]
