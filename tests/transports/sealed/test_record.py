"""Records of what is sealed: there and back, and nothing that makes no sense."""

import struct

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sshr.errors import DamagedError
from sshr.imaging.limits import MAX_SECRET_BYTES
from sshr.transports.kind import Kind
from sshr.transports.sealed.codecs import lossless
from sshr.transports.sealed.record import overhead, pack_bytes, pack_picture, unpack


@given(st.binary(max_size=300), st.text(max_size=300), st.sampled_from([Kind.FILE, Kind.TEXT]))
def test_bytes_come_back(data: bytes, name: str, kind: Kind) -> None:
    record = pack_bytes(kind, name, data)
    assert len(record) % 4 == 0
    assert len(record) <= overhead(name) + len(data)
    found = unpack(record, kind)
    assert (found.kind, found.data, found.picture) == (kind, data, None)
    assert len(found.name.encode()) <= 255
    assert "/" not in found.name
    assert "\\" not in found.name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("report.pdf", "report.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\x.exe", "x.exe"),
        ("dir/", ""),
        ("ü" * 200, "ü" * 127),
        ("a\udcff", "a"),
    ],
)
def test_name_is_a_name_only(name: str, told: str) -> None:
    assert unpack(pack_bytes(Kind.FILE, name, b"x"), Kind.FILE).name == told


def test_compressed_only_where_that_is_shorter() -> None:
    rng = np.random.default_rng(0)
    assert len(pack_bytes(Kind.FILE, "", bytes(10_000))) < 60
    data = rng.bytes(1000)
    assert data in pack_bytes(Kind.FILE, "", data)


@pytest.mark.parametrize("shape", [(40, 50, 3), (40, 50)])
def test_picture_comes_back(shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    coded = lossless(picture)
    found = unpack(pack_picture("a/p.png", coded), Kind.PICTURE, shape)
    assert found.picture is not None
    assert np.array_equal(found.picture, picture)
    assert (found.kind, found.name, found.data) == (Kind.PICTURE, "p.png", coded.data)


@pytest.mark.parametrize("name", ["../../.ssh/authorized_keys\x1b[2J\u202e", "C:\\x\\y\n"])
def test_a_senders_name_is_cleaned_by_the_reader(name: str) -> None:
    called = name.encode()
    head = struct.pack(">BBHQ", 1, 0, len(called), 1) + called
    found = unpack(head + struct.pack(">Q", 1) + b"x", Kind.FILE)
    assert found.name in ("authorized_keys[2J", "y")


def record(kind: int, codec: int, size: int, body: bytes, stored: int | None = None) -> bytes:
    stored = len(body) if stored is None else stored
    return struct.pack(">BBHQ", kind, codec, 0, size) + struct.pack(">Q", stored) + body


ZEROS = zstandard.ZstdCompressor().compress(bytes(1 << 20))
BAD = {
    "empty": b"",
    "short": b"\1\0\0",
    "a name that is no text": struct.pack(">BBHQ", 1, 0, 1, 0) + b"\xff" + bytes(8),
    "a name beyond the end": struct.pack(">BBHQ", 1, 0, 999, 0) + bytes(8),
    "another kind": record(3, 0, 1, b"x"),
    "another codec": record(1, 7, 1, b"x"),
    "another size": record(1, 0, 2, b"x"),
    "less than it says": record(1, 0, 1, b"x", stored=2),
    "a huge size": record(1, 16, MAX_SECRET_BYTES + 1, ZEROS),
    "a size that its frame denies": record(1, 16, 10, ZEROS),
    "no frame": record(1, 16, 4, b"zstd"),
    "a cut frame": record(1, 16, 1 << 20, ZEROS[:-5]),
    "a picture of an unknown codec": record(0, 9, 1, b"x"),
    "a picture that is none": record(0, 1, 1, b"x"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_makes_no_sense_is_refused(kind: str) -> None:
    with pytest.raises(DamagedError, match="the sealed content makes no sense"):
        unpack(BAD[kind], Kind.PICTURE if "picture" in kind else Kind.FILE, (64, 64))


def test_another_kind_than_the_headers_is_refused() -> None:
    picture = pack_picture("", lossless(np.zeros((64, 64), np.uint8)))
    for data, expected in ((picture, Kind.FILE), (pack_bytes(Kind.FILE, "", b"x"), Kind.TEXT)):
        with pytest.raises(DamagedError, match="another kind than the header's"):
            unpack(data, expected)
    with pytest.raises(DamagedError, match="cannot be decoded"):
        unpack(picture, Kind.PICTURE, (64, 65))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_record_or_refused(data: bytes) -> None:
    try:
        found = unpack(data, Kind.FILE)
    except DamagedError:
        return
    assert found.kind is Kind.FILE
