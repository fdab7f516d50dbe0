"""Both places of a header's bits: what is written there is read, and too small is said in time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sshr.errors import TooSmallError
from sshr.header.carriers import (
    CARRIERS,
    ParityCarrier,
    TrailingCarrier,
    check_trailing,
    samples_a_bit,
    trailing_bits,
    trailing_places,
)
from sshr.header.layout import PREFIX_BITS, Bucket, Layout, prefix_group
from sshr.header.parity import write_parities
from sshr.header.reference import ReferenceKey

BUCKETS = st.builds(
    Bucket,
    slots=st.sampled_from([1, 2, 4, 8, 16]),
    units=st.integers(1, 40),
    ecc=st.booleans(),
)
LARGE = 180 * 180 * 3


def key_of(height: int, width: int) -> ReferenceKey:
    return ReferenceKey(bytes(range(32)), height, width)


def samples_of(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, 3 * height * width, np.uint8)


def random_bits(bucket: Bucket, seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 2, trailing_bits(bucket), np.uint8)


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
def test_trailing_bits_come_back(bucket: Bucket, seed: int) -> None:
    samples, bits = samples_of(170, 140, seed), random_bits(bucket, seed)
    written, key = with_trailing(samples, bits), key_of(170, 140)
    prefix, body = halves(bits)
    assert TrailingCarrier().prefix(written, key) == prefix
    found = TrailingCarrier().body(written, key, bucket)
    assert found is not None
    assert found.body == body
    assert np.array_equal(found.places, trailing_places(len(samples), len(bits)))
    assert np.array_equal(found.places, found.parity_samples)
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
def test_parities_come_back(bucket: Bucket, seed: int) -> None:
    samples, bits, key = samples_of(100, 150, seed), random_bits(bucket, seed), key_of(100, 150)
    layout = Layout.fitting(len(samples), bucket)
    assert layout is not None
    positions = key.positions(layout.used)
    first, second = layout.groups(positions)
    exact = samples.astype(np.float32)
    written = write_parities(exact, samples, first, bits[:PREFIX_BITS])
    written = write_parities(exact, written, second, bits[PREFIX_BITS:])
    prefix, body = halves(bits)
    assert ParityCarrier().prefix(written, key) == prefix
    found = ParityCarrier().body(written, key, bucket)
    assert found is not None
    assert found.body == body
    assert np.array_equal(found.places, positions)
    assert found.parity_samples.tolist() == [int(group[-1]) for group in (*first, *second)]


@given(BUCKETS, st.integers(1, 400), st.integers(1, 400))
def test_none_exactly_where_half_of_the_samples_are_too_few(
    bucket: Bucket, height: int, width: int
) -> None:
    samples, key = np.zeros(3 * height * width, np.uint8), key_of(height, width)
    half = len(samples) // 2
    parity, trailing = ParityCarrier(), TrailingCarrier()
    assert (trailing.prefix(samples, key) is None) == (half < PREFIX_BITS)
    assert (parity.prefix(samples, key) is None) == (
        half < prefix_group(len(samples)) * PREFIX_BITS
    )
    fits = trailing_bits(bucket) * samples_a_bit(len(samples)) <= half
    assert (trailing.body(samples, key, bucket) is not None) == fits
    assert (parity.body(samples, key, bucket) is None) == (
        Layout.fitting(len(samples), bucket) is None
    )
    if fits:
        assert check_trailing(height, width, bucket) == trailing_bits(bucket)
    else:
        with pytest.raises(TooSmallError, match=f"{width}x{height} px is too small"):
            check_trailing(height, width, bucket)


@given(BUCKETS | st.builds(Bucket, slots=st.just(1), units=st.integers(1, 2000)))
def test_the_size_in_the_message_is_the_least_from_which_all_squares_do(bucket: Bucket) -> None:
    with pytest.raises(TooSmallError) as caught:
        check_trailing(8, 9, bucket)
    side = int(str(caught.value).removesuffix(" px").rsplit("x", 1)[1])
    for larger in (*range(side, side + 10), 179, 180, 181, 400):
        if larger >= side:
            assert check_trailing(larger, larger, bucket)
    if side != 180:  # where a large picture holds fewer bits than one that is a little smaller
        with pytest.raises(TooSmallError):
            check_trailing(side - 1, side - 1, bucket)


def test_both_are_tried() -> None:
    assert [type(carrier) for carrier in CARRIERS] == [ParityCarrier, TrailingCarrier]


def test_neither_carriers_bits_change_with_what_lies_between() -> None:
    """What the trailing carrier reads needs no key; what the parities say does."""
    samples = samples_of(64, 64)
    one, other = ReferenceKey(bytes(32), 64, 64), key_of(64, 64)
    assert TrailingCarrier().prefix(samples, one) == TrailingCarrier().prefix(samples, other)
    assert ParityCarrier().prefix(samples, one) != ParityCarrier().prefix(samples, other)
