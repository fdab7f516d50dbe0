"""Sizes of the stream, and padding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshr.header.layout import (
    MAX_METADATA_BYTES,
    Bucket,
    unpad,
)


def test_sizes_of_the_stream() -> None:
    """Prefix 30, ephemeral key 32, a slot 48, commitment 16, 8 units of 16, their tag 16, outer MAC
    16, seal tag 8."""
    least = 30 + 32 + 48 + 16 + 8 * 16 + 16 + 16 + 8

    def size(length: int, slots: int, **more: bool) -> int:
        return Bucket.holding(length, slots, **more).header_bytes

    assert size(112, 1) == size(127, 1) == least
    assert size(128, 1) == least + 16
    assert size(112, 3) == size(112, 4) == least + 3 * 48
    assert size(112, 1, signed=True) == least + 64
    assert size(112, 1, ecc=True) == least + 2 * 8


@given(st.integers(0, MAX_METADATA_BYTES), st.integers(1, 16), st.booleans(), st.booleans())
def test_bucket_round_trip(length: int, slots: int, ecc: bool, signed: bool) -> None:
    bucket = Bucket.holding(length, slots, ecc, signed)
    assert Bucket.unpack(bucket.pack()) == bucket
    assert slots <= bucket.slots < 2 * slots
    assert length < bucket.units * 16 <= length + 16


@pytest.mark.parametrize(("length", "slots"), [(0, 0), (0, 17), (-1, 1), (2**21, 1)])
def test_impossible_buckets(length: int, slots: int) -> None:
    with pytest.raises(ValueError, match=r"possible|fit"):
        Bucket.holding(length, slots)


@pytest.mark.parametrize(
    "data",
    [
        b"\x01\x05\x00\x01",
        b"\x01\xff\x00\x01",
        b"\x01\x20\x00\x01",
        b"\x01\x00\x00\x00",
        b"\x00\x00\x00\x01",
        b"\x02\x00\x00\x01",
    ],
)
def test_nonsense_is_no_bucket(data: bytes) -> None:
    with pytest.raises(ValueError, match="no such bucket"):
        Bucket.unpack(data)


@given(st.binary(max_size=100))
def test_padding_round_trip(metadata: bytes) -> None:
    padded = Bucket.holding(len(metadata), 1).pad(metadata)
    assert len(padded) % 16 == 0
    assert unpad(padded) == metadata


@pytest.mark.parametrize("padded", [b"", bytes(32), b"\x80" + bytes(3) + b"\x01"])
def test_missing_padding_is_noticed(padded: bytes) -> None:
    with pytest.raises(ValueError, match="padding"):
        unpad(padded)
