"""Both places of a header's bits: what is written there is read, and too small is said in time."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sshr.errors import TooSmallError
from sshr.header.carriers import (
    CARRIERS,
    KeyedCarrier,
    TrailingCarrier,
    check_room,
    header_bits,
    samples_a_bit,
    trailing_places,
)
from sshr.header.layout import PREFIX_BITS, Bucket
from sshr.header.reference import ReferenceKey

BUCKETS = st.builds(
    Bucket,
    slots=st.sampled_from([1, 2, 4, 8, 16]),
    units=st.integers(1, 40),
    ecc=st.booleans(),
)
LARGE = 180 * 180 * 3


def key_of(height: int, width: int) -> ReferenceKey:
    return ReferenceKey(bytes(range(32)), samples_of(height, width).reshape(height, width, 3))


def samples_of(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, 3 * height * width, np.uint8)


def random_bits(bucket: Bucket, seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 2, header_bits(bucket), np.uint8)


def halves(bits: NDArray[np.uint8]) -> tuple[bytes, bytes]:
    return np.packbits(bits[:PREFIX_BITS]).tobytes(), np.packbits(bits[PREFIX_BITS:]).tobytes()


def with_trailing(samples: NDArray[np.uint8], bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """By the definition: bit i belongs to the sample, or the pixel, i + 1 places from the end."""
    written, each = samples.copy(), samples_a_bit(len(samples))
    for i, bit in enumerate(bits):
        part = slice(len(samples) - (i + 1) * each, len(samples) - i * each)
        if written[part].sum() % 2 != bit:
            written[part.start + i % each] ^= 1
    return written


@given(BUCKETS, st.integers(0, 2**32))
def test_header_bits_come_back(bucket: Bucket, seed: int) -> None:
    samples, bits = samples_of(170, 140, seed), random_bits(bucket, seed)
    written, key = with_trailing(samples, bits), key_of(170, 140)
    prefix, body = halves(bits)
    assert TrailingCarrier().prefix(written, key) == prefix
    found = TrailingCarrier().body(written, key, bucket)
    assert found is not None
    assert found.body == body
    assert np.array_equal(found.places, trailing_places(len(samples), len(bits)))
    rest = np.setdiff1d(np.arange(len(samples)), found.places)
    assert np.array_equal(written[rest], samples[rest])


@pytest.mark.parametrize(("height", "width", "each"), [(180, 179, 1), (180, 180, 3), (64, 700, 3)])
def test_a_bit_takes_a_sample_or_in_a_large_picture_a_pixel(
    height: int, width: int, each: int
) -> None:
    bucket = Bucket(1, 5, True)
    samples, bits = samples_of(height, width), random_bits(bucket)
    assert samples_a_bit(len(samples)) == each
    written, key = with_trailing(samples, bits), key_of(height, width)
    prefix, body = halves(bits)
    assert TrailingCarrier().prefix(written, key) == prefix
    found = TrailingCarrier().body(written, key, bucket)
    assert found is not None
    assert found.body == body
    assert found.places.tolist() == list(
        range(len(samples) - 1, len(samples) - 1 - each * len(bits), -1)
    )


def test_where_a_picture_begins_to_be_large() -> None:
    assert [samples_a_bit(LARGE - 1), samples_a_bit(LARGE)] == [1, 3]


@given(BUCKETS, st.integers(0, 2**32))
def test_keyed_bits_come_back(bucket: Bucket, seed: int) -> None:
    samples, bits, key = samples_of(100, 150, seed), random_bits(bucket, seed), key_of(100, 150)
    places = key.positions(len(bits))
    written = samples.copy()
    written[places] = samples[places] & 0xFE | bits
    prefix, body = halves(bits)
    assert KeyedCarrier().prefix(written, key) == prefix
    found = KeyedCarrier().body(written, key, bucket)
    assert found is not None
    assert found.body == body
    assert np.array_equal(found.places, places)


@given(BUCKETS, st.integers(1, 400), st.integers(1, 400))
def test_none_exactly_where_half_of_the_samples_are_too_few(
    bucket: Bucket, height: int, width: int
) -> None:
    samples, key = np.zeros(3 * height * width, np.uint8), key_of(height, width)
    half = len(samples) // 2
    for carrier, each in ((KeyedCarrier(), 1), (TrailingCarrier(), samples_a_bit(len(samples)))):
        assert (carrier.prefix(samples, key) is None) == (half < PREFIX_BITS)
        fits = header_bits(bucket) * each <= half
        assert (carrier.body(samples, key, bucket) is not None) == fits
        if fits:
            carrier.locate(key, bucket)
        else:
            with pytest.raises(TooSmallError, match=f"{width}x{height} px is too small"):
                carrier.locate(key, bucket)


@given(BUCKETS | st.builds(Bucket, slots=st.just(1), units=st.integers(1, 2000)))
def test_the_size_in_the_message_is_the_least_from_which_all_squares_do(bucket: Bucket) -> None:
    for a_bit in (samples_a_bit, lambda _: 1):
        size_in_message(bucket, a_bit)


def size_in_message(bucket: Bucket, a_bit: Callable[[int], int]) -> None:
    with pytest.raises(TooSmallError) as caught:
        check_room(8, 9, bucket, a_bit)
    side = int(str(caught.value).removesuffix(" px").rsplit("x", 1)[1])
    for larger in (*range(side, side + 10), 179, 180, 181, 400):
        if larger >= side:
            assert check_room(larger, larger, bucket, a_bit)
    if side != 180:  # where a large picture holds fewer bits than one that is a little smaller
        with pytest.raises(TooSmallError):
            check_room(side - 1, side - 1, bucket, a_bit)


def test_both_are_tried() -> None:
    assert [type(carrier) for carrier in CARRIERS] == [KeyedCarrier, TrailingCarrier]


def test_neither_carriers_bits_change_with_what_lies_between() -> None:
    """What the trailing carrier reads needs no key; what the parities say does."""
    samples = samples_of(64, 64)
    other = key_of(64, 64)
    one = ReferenceKey(bytes(32), other.reference)
    assert TrailingCarrier().prefix(samples, one) == TrailingCarrier().prefix(samples, other)
    assert KeyedCarrier().prefix(samples, one) != KeyedCarrier().prefix(samples, other)
