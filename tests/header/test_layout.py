"""Sizes of the stream, padding, and images too small for it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshr.errors import ImageError, TooSmallError
from sshr.header.carriers import trailing_bits
from sshr.header.layout import (
    MAX_METADATA_BYTES,
    Bucket,
    Layout,
    layout_for,
    unpad,
)


def test_sizes_of_the_stream() -> None:
    # Prefix 27, ephemeral key 32, one slot 48, 4 units of 32 and their tag 16, outer MAC 16.
    assert trailing_bits(Bucket.holding(112, 1)) == 8 * (27 + 32 + 48 + 128 + 16 + 16)
    assert trailing_bits(Bucket.holding(127, 1)) == trailing_bits(Bucket.holding(112, 1))
    assert trailing_bits(Bucket.holding(128, 1)) == trailing_bits(Bucket.holding(112, 1)) + 256
    assert (
        trailing_bits(Bucket.holding(112, 3))
        == trailing_bits(Bucket.holding(112, 4))
        == trailing_bits(Bucket.holding(112, 1)) + 3 * 48 * 8
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


@given(st.integers(0, 40_000_000), st.integers(0, 3000), st.integers(1, 16))
def test_at_most_half_of_the_samples(samples: int, length: int, slots: int) -> None:
    bucket = Bucket.holding(length, slots)
    layout = Layout.fitting(samples, bucket)
    if layout is None:
        least = min(max(samples // 2 // 2048, 1), 16) * 216 + 8 * bucket.body_bytes
        assert least > samples // 2
    else:
        assert layout.used <= samples // 2
        assert 1 <= layout.prefix_group <= 16
        assert 1 <= layout.body_group <= 16
        larger = layout.prefix_group * 216 + (layout.body_group + 1) * layout.body_bits
        assert layout.body_group == 16 or larger > samples // 2


def test_groups_split_the_positions_in_order() -> None:
    layout = layout_for(64, 64, Bucket.holding(112, 1))
    assert layout == Layout(prefix_group=3, body_group=2, body_bits=1920)
    prefix, body = layout.groups(np.arange(layout.used))
    assert prefix.shape == (216, 3)
    assert body.shape == (1920, 2)
    assert np.concatenate([prefix.ravel(), body.ravel()]).tolist() == list(range(layout.used))


def test_64x64_holds_eight_recipients_and_not_sixteen() -> None:
    layout_for(64, 64, Bucket.holding(112, 1))
    layout_for(64, 64, Bucket.holding(112, 8))
    with pytest.raises(TooSmallError, match="64x64 px is too small"):
        layout_for(64, 64, Bucket.holding(112, 9))
    assert issubclass(TooSmallError, ImageError)


@pytest.mark.parametrize(("length", "slots"), [(112, 16), (5000, 1), (100_000, 4), (2_000_000, 1)])
def test_the_size_in_the_message_is_the_least_square(length: int, slots: int) -> None:
    with pytest.raises(TooSmallError) as caught:
        layout_for(65, 64, Bucket.holding(length, slots))
    side = int(str(caught.value).removesuffix(" px").rsplit("x", 1)[1])
    layout_for(side, side, Bucket.holding(length, slots))
    with pytest.raises(TooSmallError):
        layout_for(side - 1, side - 1, Bucket.holding(length, slots))
