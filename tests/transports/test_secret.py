"""What can be concealed: pictures, and bytes with a name."""

from pathlib import Path

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
    assert Blob.text("a\udcffb").data == b"a?b"  # what no UTF-8 can say


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
        with pytest.raises(ImageError, match=r"is not a file that can be read|cannot be read"):
            Blob.read(path)
    (tmp_path / "long").write_bytes(bytes(11))
    monkeypatch.setattr(secret, "MAX_FILE_BYTES", 10)
    with pytest.raises(ImageError, match="is too large to be concealed"):
        Blob.read(tmp_path / "long")


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
