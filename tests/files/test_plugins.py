"""Formats behind plugins: read where they are installed, named where they are not."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from picture_files import encoded
from PIL import Image

from sshr.errors import ImageError
from sshr.files.plugins import JXL, PLUGINS, Plugin, plugin_for
from sshr.imaging.reading import Picture, read_image

Read = Callable[[bytes], Picture]


@pytest.fixture
def picture(photo: Callable[..., np.ndarray]) -> Image.Image:
    return Image.fromarray(photo("parrots", 72, 100))


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_bytes(data: bytes) -> Picture:
        (tmp_path / "in.bin").write_bytes(data)
        return read_image(tmp_path / "in.bin")

    return read_bytes


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.format)
def test_a_plugin_names_the_suffixes_that_it_registers(plugin: Plugin) -> None:
    if not plugin.ready():
        pytest.skip(f"{plugin.package} is not installed")
    registered = {Image.EXTENSION[suffix] for suffix in plugin.suffixes}
    assert len(registered) == 1
    assert {s for s, name in Image.EXTENSION.items() if name in registered} == plugin.suffixes


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
