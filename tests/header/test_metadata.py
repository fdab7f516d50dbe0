"""The record: an exact inverse on what it packs, one documented error on all else."""

import contextlib
import dataclasses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sshr.errors import DamagedError
from sshr.header.metadata import Fit, Metadata, SecretMode

SIDES = st.integers(1, 2**32 - 1)
RECORDS = st.builds(
    Metadata,
    checkpoint_id=st.binary(min_size=8, max_size=8),
    secret_width=SIDES,
    secret_height=SIDES,
    transport=st.integers(0, 255),
    fit=st.sampled_from(Fit),
    secret_mode=st.sampled_from(SecretMode),
    rsrk_public=st.binary(max_size=300),
    tile_scales=st.binary(max_size=300),
    side_info=st.binary(max_size=300),
    signer=st.just(b"") | st.binary(min_size=32, max_size=32),
    note=st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")),
    turned=st.booleans(),
)


def test_committed_bytes() -> None:
    record = Metadata(
        checkpoint_id=b"checkpnt",
        secret_width=640,
        secret_height=480,
        transport=1,
        fit=Fit.STRETCH,
        secret_mode=SecretMode.GREYSCALE,
        rsrk_public=b"pk",
        tile_scales=b"abc",
        side_info=b"s",
        signer=bytes(range(32)),
        note="für Bob".encode(),
    )
    assert record.pack() == (
        b"checkpnt\x01\x02\x01\x00\x00\x02\x80\x00\x00\x01\xe0\x00\x02pk\x00\x00\x00\x03abc"
        b"\x00\x00\x00\x01s\x20" + bytes(range(32)) + b"\x08f\xc3\xbcr Bob"
    )
    assert dataclasses.replace(record, turned=True).pack()[9] == 0x82


@given(RECORDS)
def test_unpack_inverts_pack(record: Metadata) -> None:
    assert Metadata.unpack(record.pack()) == record


@given(st.binary(max_size=200))
@example(b"")
@example(b"\x01")
@example(bytes(100))
def test_garbage_raises_the_documented_error(data: bytes) -> None:
    with pytest.raises(DamagedError):
        Metadata.unpack(data)


@given(RECORDS, st.data())
def test_cut_or_extended_records_are_refused(record: Metadata, data: st.DataObject) -> None:
    packed = record.pack()
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(DamagedError):
        Metadata.unpack(packed[:cut])
    with pytest.raises(DamagedError):
        Metadata.unpack(packed + data.draw(st.binary(min_size=1, max_size=40)))


@given(RECORDS, st.data())
def test_a_changed_byte_is_refused_or_read_as_it_stands(
    record: Metadata, data: st.DataObject
) -> None:
    packed = bytearray(record.pack())
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(DamagedError):
        assert Metadata.unpack(bytes(packed)).pack() == bytes(packed)


@pytest.mark.parametrize(
    ("at", "value"),
    [(9, 3), (9, 0x40), (9, 0x83), (10, 4), (11, 0), (15, 0), (-2, 1), (-1, 1), (-1, 255)],
)
def test_values_outside_their_range_are_refused(at: int, value: int, metadata: Metadata) -> None:
    packed = bytearray(dataclasses.replace(metadata, secret_width=1, secret_height=1).pack())
    Metadata.unpack(bytes(packed))
    if at in (11, 15):
        packed[at : at + 4] = bytes(4)
    packed[at] = value
    with pytest.raises(DamagedError):
        Metadata.unpack(bytes(packed))


@pytest.mark.parametrize(
    "change",
    [
        {"secret_width": 0},
        {"secret_height": 2**32},
        {"checkpoint_id": b"short"},
        {"signer": bytes(64)},
        {"note": bytes(256)},
        {"note": b"\xff"},
        {"rsrk_public": bytes(65536)},
    ],
)
def test_impossible_fields_cannot_be_made(change: dict, metadata: Metadata) -> None:
    with pytest.raises(ValueError, match=r"impossible|byte"):
        dataclasses.replace(metadata, **change)
