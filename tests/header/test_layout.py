"""Sizes of the stream, and padding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshr.header.carriers import header_bits
from sshr.header.layout import (
    MAX_METADATA_BYTES,
    Bucket,
    unpad,
)


def test_sizes_of_the_stream() -> None:
    # Prefix 27, ephemeral key 32, one slot 48, 4 units of 32 and their tag 16, outer MAC 16.
    assert header_bits(Bucket.holding(112, 1)) == 8 * (27 + 32 + 48 + 128 + 16 + 16)
    assert header_bits(Bucket.holding(127, 1)) == header_bits(Bucket.holding(112, 1))
    assert header_bits(Bucket.holding(128, 1)) == header_bits(Bucket.holding(112, 1)) + 256
    assert (
        header_bits(Bucket.holding(112, 3))
        == header_bits(Bucket.holding(112, 4))
        == header_bits(Bucket.holding(112, 1)) + 3 * 48 * 8
    )


@given(st.integers(0, MAX_METADATA_BYTES), st.integers(1, 16))
def test_bucket_round_trip(length: int, slots: int) -> None:
    bucket = Bucket.holding(length, slots)
    assert Bucket.unpack(bucket.pack()) == bucket
    assert slots <= bucket.slots < 2 * slots
    assert length < bucket.units * 32 <= length + 32


@pytest.mark.parametrize(("length", "slots"), [(0, 0), (0, 17), (-1, 1), (2**21, 1)])
def test_impossible_buckets(length: int, slots: int) -> None:
    with pytest.raises(ValueError, match=r"possible|fit"):
        Bucket.holding(length, slots)


@pytest.mark.parametrize("data", [b"\x05\x00\x01", b"\xff\x00\x01", b"\x00\x00\x00"])
def test_nonsense_is_no_bucket(data: bytes) -> None:
    with pytest.raises(ValueError, match="no such bucket"):
        Bucket.unpack(data)


@given(st.binary(max_size=100))
def test_padding_round_trip(metadata: bytes) -> None:
    padded = Bucket.holding(len(metadata), 1).pad(metadata)
    assert len(padded) % 32 == 0
    assert unpad(padded) == metadata


@pytest.mark.parametrize("padded", [b"", bytes(32), b"\x80" + bytes(3) + b"\x01"])
def test_missing_padding_is_noticed(padded: bytes) -> None:
    with pytest.raises(ValueError, match="padding"):
        unpad(padded)
