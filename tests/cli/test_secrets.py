"""What is to be concealed, as the command line names it."""

import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from sshr.cli.secrets import STREAM, SecretGroup, one_stream, read_stdin
from sshr.errors import ImageError, UsageError
from sshr.imaging.reading import Picture
from sshr.transports.kind import Kind
from sshr.transports.secret import Blob


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_one_of_three_is_needed() -> None:
    picture, file, text = (
        SecretGroup(Path("x.png")),
        SecretGroup(file=Path("x")),
        SecretGroup(text=""),
    )
    for one, kind in ((picture, Kind.PICTURE), (file, Kind.FILE), (text, Kind.TEXT)):
        one.check(needed=True)
        assert one.is_given
        assert one.kind is kind
    nothing = SecretGroup()
    nothing.check(needed=False)
    assert (nothing.is_given, nothing.kind) == (False, Kind.PICTURE)
    with pytest.raises(UsageError, match="Missing argument 'SECRET'"):
        nothing.check(needed=True)


@pytest.mark.parametrize(
    "group",
    [
        SecretGroup(Path("x.png"), Path("x")),
        SecretGroup(Path("x.png"), text=""),
        SecretGroup(file=Path("x"), text="y"),
    ],
)
def test_two_are_refused(group: SecretGroup) -> None:
    with pytest.raises(UsageError, match="name one secret"):
        group.check(needed=True)


def test_inputs_and_streams() -> None:
    assert SecretGroup(Path("x.png")).inputs == [Path("x.png")]
    assert SecretGroup(file=Path("x")).inputs == [Path("x")]
    assert SecretGroup(file=STREAM).inputs == []
    assert SecretGroup(file=STREAM).streams == ["--file"]
    assert SecretGroup(text="-").streams == ["--text"]
    assert SecretGroup(Path("-")).streams == []  # a picture has a name
    assert SecretGroup(text="--").streams == []


def test_it_is_read_as_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (64, 70)).save("x.png")
    own = SecretGroup(Path("x.png")).read("composite")
    assert isinstance(own, Picture)
    assert own.size == (70, 64)
    file = SecretGroup(file=Path("x.png")).read("composite")
    assert isinstance(file, Blob)
    assert (file.data, file.name) == (Path("x.png").read_bytes(), "x.png")
    assert SecretGroup(text="grüße").read("composite") == Blob.text("grüße")
    give(monkeypatch, b"\xff\r\n")
    assert SecretGroup(file=STREAM).read("composite") == Blob(b"\xff\r\n")
    give(monkeypatch, "grüße\n".encode())
    assert SecretGroup(text="-").read("composite") == Blob.text("grüße\n")


def test_endless_stream_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sshr.imaging.limits.MAX_SECRET_BYTES", 10)
    give(monkeypatch, bytes(10))
    assert read_stdin() == bytes(10)
    give(monkeypatch, bytes(11))
    with pytest.raises(ImageError, match="standard input: is too large"):
        read_stdin()


def test_one_reader_of_a_stream() -> None:
    one_stream()
    one_stream("--text")
    with pytest.raises(UsageError, match="only one of --file and --text can read standard input"):
        one_stream("--file", "--text")
