"""What libtiff says is heard, by whoever reads the picture and nobody else."""

import os
from pathlib import Path

import numpy as np
import pytest
from picture_files import encoded
from PIL import Image

from sshr.errors import ImageError
from sshr.imaging.libtiff import libtiff_errors
from sshr.imaging.reading import decode_image


@pytest.mark.parametrize("compression", ["tiff_lzw", "group4"])
def test_a_damaged_tiff_is_refused_and_silent(
    photograph, compression: str, capfd: pytest.CaptureFixture[str]
) -> None:
    image = Image.fromarray(photograph(256, 256))
    image = image.convert("1") if compression.startswith("group") else image
    data = bytearray(encoded(image, "TIFF", compression=compression))
    assert decode_image(bytes(data)).size == (256, 256)
    middle = len(data) // 2
    data[middle : middle + 300] = 300 * (b"\xff" if image.mode == "1" else b"\0")
    with pytest.raises(ImageError, match=r"image: is damaged or incomplete \("):
        decode_image(bytes(data))
    assert capfd.readouterr() == ("", "")


def test_a_sound_one_is_as_before(photograph) -> None:
    image = Image.fromarray(photograph(80, 90))
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"):
        got = decode_image(encoded(image, "TIFF", compression=compression))
        assert np.array_equal(got.rgb, np.asarray(image))
        assert got.notes == ()


def test_errors_alone_are_libtiffs(capfd: pytest.CaptureFixture[str]) -> None:
    with libtiff_errors() as errors:
        os.write(2, b"LZWDecode: Not enough data at scanline 0.\n")
        os.write(2, b"TIFFReadDirectory: Warning, Unknown field with tag 1.\n")
        os.write(2, b"a line of another thread\n")
    assert errors == ["LZWDecode: Not enough data at scanline 0."]
    assert capfd.readouterr().err == "a line of another thread\n"


def test_without_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "dup", closed)
    with libtiff_errors() as errors:
        pass
    assert errors == []
