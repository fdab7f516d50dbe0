"""What a reveal gives back: as a picture, as a text, as a file."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sshr.errors import OutputError, UsageError
from sshr.imaging.writing import write_image
from sshr.transports.kind import Kind
from sshr.transports.revealed import Revealed

GREY = np.arange(64 * 70, dtype=np.uint8).reshape(64, 70)
TEXT = Revealed("x", Kind.TEXT, True, data="grüße".encode())
FILE = Revealed("x", Kind.FILE, True, data=b"\xff\0", name="a.bin")
PICTURE = Revealed("x", Kind.PICTURE, True, image=GREY, data=b"its code")


def test_each_kind_is_only_what_it_is() -> None:
    assert TEXT.text == "grüße"
    assert PICTURE.rgb.shape == (64, 70, 3)
    assert (PICTURE.rgb == GREY[:, :, None]).all()
    with pytest.raises(UsageError, match="what was concealed is a file, not a picture"):
        _ = FILE.rgb
    with pytest.raises(UsageError, match="what was concealed is a file, not a text"):
        _ = FILE.text
    with pytest.raises(UsageError, match="what was concealed is a picture, not a text"):
        _ = PICTURE.text


def test_what_was_secret_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for found, name in ((FILE, "a"), (PICTURE, "b.png")):
            found.save(tmp_path / name)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_folders_name_is_no_files(tmp_path: Path) -> None:
    for found in (FILE, PICTURE):
        with pytest.raises(OutputError, match="names a folder"):
            found.save(f"{tmp_path}/new.png/")
    assert not list(tmp_path.iterdir())


def test_bytes_are_saved_as_they_are(tmp_path: Path) -> None:
    path, stream = tmp_path / "any.png", io.BytesIO()
    FILE.save(path)
    FILE.save(stream)
    assert path.read_bytes() == stream.getvalue() == b"\xff\0"
    with pytest.raises(OutputError, match="exists already"):
        TEXT.save(str(path))
    TEXT.save(path, force=True)
    assert path.read_bytes() == "grüße".encode()


def test_picture_is_saved_in_the_suffixs_format(tmp_path: Path) -> None:
    stream = io.BytesIO()
    PICTURE.save(stream)
    PICTURE.save(tmp_path / "x.tif")
    for source, file_format in ((stream, "PNG"), (tmp_path / "x.tif", "TIFF")):
        with Image.open(source) as image:
            assert image.format == file_format
            assert np.array_equal(np.array(image), GREY)
    with pytest.raises(OutputError, match="lose detail"):
        PICTURE.save(tmp_path / "x.gif")
    assert [path.name for path in tmp_path.iterdir()] == ["x.tif"]


def test_a_revealed_picture_may_be_a_jpeg(tmp_path: Path) -> None:
    smooth = np.add.outer(np.arange(64), np.arange(70)).astype(np.uint8)
    colours = np.stack([smooth, smooth[::-1], 200 - smooth], -1)
    for name, picture in (("grey.jpg", smooth), ("colour.JPEG", colours)):
        Revealed("x", Kind.PICTURE, True, image=picture).save(tmp_path / name)
        with Image.open(tmp_path / name) as image:
            assert image.format == "JPEG"
            found = np.asarray(image)
        assert found.shape == picture.shape
        assert np.abs(found.astype(int) - picture).mean() < 2
    with pytest.raises(OutputError, match="lose detail"):
        write_image(tmp_path / "stego.jpg", colours)
