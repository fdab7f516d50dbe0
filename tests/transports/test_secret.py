"""What can be concealed: pictures, and bytes with a name."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sshr.errors import ImageError, UsageError
from sshr.imaging.reading import Picture
from sshr.transports import secret
from sshr.transports.kind import Kind
from sshr.transports.secret import Blob, kind_of, read_any


def test_text_is_utf_8_without_a_name() -> None:
    blob = Blob.text("grüße")
    assert (blob.data, blob.name, blob.kind) == ("grüße".encode(), "", Kind.TEXT)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Blob.text("a\udcffb"), "not valid Unicode; conceal it as a file"),
        (lambda: Blob.text(b"x"), "a text must be str, not bytes"),
        (lambda: Blob("x"), "a Blob's data must be bytes, not str"),
        (lambda: Blob(b"x", 3), "a Blob's name must be str, not int"),
        (lambda: Blob(b"x", "", 1), "a Blob's kind must be Kind, not int"),
    ],
)
def test_what_loses_something_or_is_of_another_type_is_refused(make: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make()


def test_file_is_read_as_it_is_and_keeps_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"\0\r\n\xff")
    for given in (path, str(path)):
        blob = Blob.read(given)
        assert (blob.data, blob.name, blob.kind) == (b"\0\r\n\xff", "report.pdf", Kind.FILE)
    assert "xff" not in repr(blob)


def test_what_is_no_file_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (tmp_path, tmp_path / "absent", "nul\0"):
        with pytest.raises(ImageError, match=r"cannot be read"):
            Blob.read(path)
    (tmp_path / "long").write_bytes(bytes(11))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImageError, match="not a regular file"):
        Blob.read(tmp_path / "pipe")
    monkeypatch.setattr(secret, "MAX_SECRET_BYTES", 10)
    for make in (lambda: Blob.read(tmp_path / "long"), lambda: Blob(bytes(11))):
        with pytest.raises(ImageError, match="is too large to be concealed"):
            make()


def test_no_blob_is_a_picture() -> None:
    with pytest.raises(UsageError, match="give a picture as such"):
        Blob(b"", "x.png", Kind.PICTURE)


def test_any_secret_has_a_kind(tmp_path: Path) -> None:
    picture = np.zeros((64, 70, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "x.png")
    for given in (picture, tmp_path / "x.png", Image.fromarray(picture)):
        own = read_any(given)
        assert isinstance(own, Picture)
        assert own.size == (64, 70)
        assert kind_of(own) is Kind.PICTURE
    for blob in (Blob(b"x"), Blob.text("x")):
        assert read_any(blob) is blob
        assert kind_of(blob) is blob.kind


def test_transparency_is_laid_on_white_or_refused() -> None:
    glass = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    own = read_any(glass)
    assert isinstance(own, Picture)
    assert own.rgb.min() == 255
    with pytest.raises(ImageError, match="transparent"):
        read_any(glass, "refuse")
