"""Forms as they arrive: in memory alone, bounded, and every broken one refused in words."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable

import pytest

from sshr.app import forms
from sshr.app.faults import RequestFault
from sshr.app.forms import Form, UploadedFile, read_form
from sshr.app.limits import MAX_FIELD_BYTES, MAX_PARTS, MAX_UPLOAD_BYTES

KIND = "multipart/form-data; boundary=x"


def part(head: str, data: bytes) -> bytes:
    return f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"


def read(*pieces: bytes, kind: str = KIND, length: str = "") -> Form:
    async def stream() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return asyncio.run(read_form(kind, length, stream()))


def refused(status: int, *pieces: bytes, kind: str = KIND, length: str = "") -> str:
    with pytest.raises(RequestFault) as raised:
        read(*pieces, kind=kind, length=length)
    assert raised.value.status == status
    return str(raised.value)


def test_fields_and_files_in_any_pieces() -> None:
    body = part('name="note"', "für Bob".encode()) + part(
        'name="file"; filename="../a:b/x.bin"', bytes(range(256))
    )
    body += b"--x--\r\n"
    wanted = Form({"note": "für Bob"}, {"file": UploadedFile("x.bin", bytes(range(256)))})
    assert read(body) == wanted
    assert read(*(body[at : at + 1] for at in range(len(body)))) == wanted
    assert "für" not in repr(wanted)
    assert "x00" not in repr(wanted)


def test_nothing_touches_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starlette's parser would lay these 3 MiB into a temporary file."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("SpooledTemporaryFile", "TemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, never)
    data = bytes(3 << 20)
    found = read(part('name="file"; filename="f"', data), b"--x--")
    assert found.files["file"].data == data


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        ((b"",), "damaged or incomplete"),
        ((b"garbage",), "damaged or incomplete"),
        ((part('name="a"', b"1"),), "damaged or incomplete"),
        ((part('name="a"', b"1")[:-8],), "damaged or incomplete"),
        ((b"--x\r\n\r\n1\r\n--x--",), "a name of its own"),
        ((part("filename=a", b"1"), b"--x--"), "a name of its own"),
        ((part('name="a"', b"1") * 2, b"--x--"), "a name of its own"),
        ((part('name="a"', b"\xff"), b"--x--"), "not in UTF-8"),
        ((b"--x\r\n" + b"a" * 9000 + b": b\r\n\r\n1\r\n--x--",), "damaged or incomplete"),
        (
            (*(part(f'name="{n}"', b"") for n in range(MAX_PARTS + 1)), b"--x--"),
            "more than 24 parts",
        ),
    ],
)
def test_a_broken_form(pieces: Iterable[bytes], words: str) -> None:
    assert words in refused(400, *pieces)


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/json", "multipart/form-data", "multipart/mixed; boundary=x"],
)
def test_what_is_no_form(kind: str) -> None:
    assert "send a form" in refused(415, b"", kind=kind)


def test_a_boundary_that_is_none() -> None:
    assert refused(400, b"", kind=f"multipart/form-data; boundary={'y' * 300}")


def test_an_upload_bomb_is_not_kept() -> None:
    assert "at most 128 MiB" in refused(413, b"", length=str(MAX_UPLOAD_BYTES + 1))
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        yield part('name="file"; filename="f"', b"")[:-2]
        while True:
            asked += 1
            yield bytes(1 << 16)

    with pytest.raises(RequestFault, match="too large"):
        asyncio.run(read_form(KIND, "", endless(), 1 << 20))
    assert asked <= 17


def test_a_long_field_is_sent_as_a_file() -> None:
    assert "as a file" in refused(413, part('name="a"', bytes(MAX_FIELD_BYTES + 1)), b"--x--")


def test_an_upload_that_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "PATIENCE_SECONDS", 0.01)

    async def stream() -> AsyncIterator[bytes]:
        yield part('name="a"', b"1")
        await asyncio.Event().wait()

    with pytest.raises(RequestFault, match="stopped on its way") as raised:
        asyncio.run(read_form(KIND, "", stream()))
    assert raised.value.status == 408


def test_what_a_form_gives() -> None:
    form = Form({"strict": "yes", "off": "off"}, {})
    assert (form.flag("strict"), form.flag("off"), form.flag("other")) == (True, False, False)
    assert form.text("other") == ""
    with pytest.raises(RequestFault, match="the stego is missing"):
        form.file("stego", "the stego")
    with pytest.raises(RequestFault, match="no field 'off' here"):
        form.check_names(frozenset({"strict"}))
