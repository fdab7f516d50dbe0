"""Both places of a header's bits: what is written there is read, and too small is said in time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sshr.errors import TooSmallError
from sshr.header.carriers import (
    CARRIERS,
    HeaderGroups,
    KeyedCarrier,
    TrailingCarrier,
    read_bits,
    samples_a_bit,
    seal_pattern,
    trailing_groups,
)
from sshr.header.layout import PREFIX_BITS, Bucket
from sshr.header.reference import ReferenceKey

BUCKETS = st.builds(
    Bucket,
    slots=st.sampled_from([1, 2, 4, 8, 16]),
    units=st.integers(1, 80),
    ecc=st.booleans(),
    signed=st.booleans(),
)
LARGE = 180 * 180 * 3


def key_of(height: int, width: int) -> ReferenceKey:
    return ReferenceKey(bytes(range(32)), samples_of(height, width, 3).reshape(height, width, 3))


def samples_of(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, 3 * height * width, np.uint8)


def random_bits(count: int, seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 2, count, np.uint8)


def packed(bits: NDArray[np.uint8]) -> bytes:
    return np.packbits(bits).tobytes()


def check_sizes(groups: HeaderGroups, bucket: Bucket) -> None:
    assert [len(part) for part in groups.parts] == [
        PREFIX_BITS,
        8 * bucket.body_bytes,
        8 * bucket.seal_bytes,
    ]
    assert len(np.unique(groups.places)) == len(groups.places)


def with_trailing(samples: NDArray[np.uint8], bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """By the definition: bit i belongs to the sample, or the pixel, i + 1 places from the end."""
    written, each = samples.copy(), samples_a_bit(len(samples))
    for i, bit in enumerate(bits):
        part = slice(len(samples) - (i + 1) * each, len(samples) - i * each)
        if written[part].sum() % 2 != bit:
            written[part.start + i % each] ^= 1
    return written


@given(BUCKETS, st.integers(0, 2**32), st.sampled_from([(170, 140), (190, 200)]))
def test_trailing_bits_come_back(bucket: Bucket, seed: int, size: tuple[int, int]) -> None:
    samples, key, carrier = samples_of(*size, seed), key_of(*size), TrailingCarrier()
    groups = carrier.locate(key, bucket)
    check_sizes(groups, bucket)
    bits = random_bits(PREFIX_BITS + 8 * bucket.body_bytes, seed)
    written = with_trailing(samples, bits)
    prefix = carrier.prefix(key)
    assert prefix is not None
    assert read_bits(written, prefix) == packed(bits[:PREFIX_BITS])
    assert np.array_equal(prefix, groups.prefix)
    assert read_bits(written, groups.body) == packed(bits[PREFIX_BITS:])
    end = len(samples) - len(bits) * samples_a_bit(len(samples))
    stream = np.concatenate([groups.prefix.ravel(), groups.body.ravel()])
    assert sorted(stream) == list(range(end, len(samples)))
    assert groups.seal.max() < end


@given(st.integers(0, 2**32), st.booleans(), st.sampled_from([(64, 64), (75, 99), (200, 181)]))
def test_a_seal_comes_back_and_hides_no_change(
    seed: int, signed: bool, size: tuple[int, int]
) -> None:
    """Whatever is different in a picture is so without its seal, or the seal is another."""
    bucket, carrier = Bucket(1, 9, True, signed), TrailingCarrier()
    groups = carrier.locate(key_of(*size), bucket)
    assert groups.seal.shape[1] == 4
    bits = random_bits(8 * bucket.seal_bytes, seed)
    lower = samples_of(*size, seed)
    lower[groups.seal] = np.minimum(lower[groups.seal], 254)
    lower[groups.seal[:, 0]] &= 0xFE
    stego = lower.copy()
    stego[groups.seal] += seal_pattern(bits, groups)
    assert carrier.read_seal(stego, groups) == packed(bits)
    assert np.array_equal(carrier.unsealed(stego, groups), lower)
    rng = np.random.default_rng(seed)
    for place in (*rng.choice(groups.seal.reshape(-1), 40), *rng.integers(0, len(lower), 20)):
        for step in (-2, -1, 1, 2):
            changed = stego.copy()
            changed[place] = min(max(int(changed[place]) + step, 0), 255)
            same = carrier.read_seal(changed, groups) == packed(bits) and np.array_equal(
                carrier.unsealed(changed, groups), lower
            )
            assert same == np.array_equal(changed, stego)


def test_squares_lie_above_the_stream_in_pairs_of_rows() -> None:
    bucket = Bucket(1, 9, True, True)
    width = 90
    groups = trailing_groups(100, width, bucket)
    rows, columns = groups.seal // (3 * width), groups.seal // 3 % width
    assert set(groups.seal[:, 0] % 3) == {0, 1, 2}
    assert (rows - rows[:, :1] == [0, 0, 1, 1]).all()
    assert (columns - columns[:, :1] == [0, 1, 0, 1]).all()
    assert (groups.seal % 3 == groups.seal[:, :1] % 3).all()
    assert not (rows[:, 0] % 2).any()
    assert not (columns[:, 0] % 2).any()
    assert groups.seal[:4, 0].tolist() == [3 * width * rows[0, 0] + at for at in (0, 1, 2, 6)]


def test_a_seal_has_a_sample_a_bit_where_squares_are_too_many() -> None:
    bucket = Bucket(8, 11, True, True)
    groups = trailing_groups(64, 64, bucket)
    assert groups.seal.shape == (8 * 72, 1)
    assert groups.seal[0, 0] == groups.body.min() - 1
    assert groups.seal[-1, 0] == groups.seal[0, 0] - 8 * 72 + 1
    assert seal_pattern(np.array([0, 1] * 288, np.uint8), groups).ravel().tolist() == [0, 1] * 288


def test_where_a_picture_begins_to_be_large() -> None:
    assert [samples_a_bit(LARGE - 1), samples_a_bit(LARGE)] == [1, 3]


@given(BUCKETS, st.integers(0, 2**32))
def test_keyed_bits_come_back(bucket: Bucket, seed: int) -> None:
    samples, key, carrier = samples_of(100, 150, seed), key_of(100, 150), KeyedCarrier()
    groups = carrier.locate(key, bucket)
    check_sizes(groups, bucket)
    assert np.array_equal(groups.places, key.positions(8 * bucket.header_bytes))
    written = samples.copy()
    parts = [random_bits(len(part), seed + n) for n, part in enumerate(groups.parts)]
    for part, bits in zip(groups.parts, parts, strict=True):
        written[part[:, 0]] = written[part[:, 0]] & 0xFE | bits
    prefix = carrier.prefix(key)
    assert prefix is not None
    assert read_bits(written, prefix) == packed(parts[0])
    assert read_bits(written, groups.body) == packed(parts[1])
    assert carrier.read_seal(written, groups) == packed(parts[2])
    unsealed = written.copy()
    unsealed[groups.seal.ravel()] &= 0xFE
    assert np.array_equal(carrier.unsealed(written, groups), unsealed)


@given(BUCKETS, st.integers(1, 400), st.integers(1, 400))
def test_too_small_exactly_where_half_of_the_samples_are_too_few(
    bucket: Bucket, height: int, width: int
) -> None:
    count, key = 3 * height * width, key_of(height, width)
    half, each = count // 2, samples_a_bit(count)
    assert (TrailingCarrier().prefix(key) is None) == (half < PREFIX_BITS * each)
    assert (KeyedCarrier().prefix(key) is None) == (half < PREFIX_BITS)
    stream = each * (PREFIX_BITS + 8 * bucket.body_bytes)
    for carrier, fits in (
        (TrailingCarrier(), stream + 8 * bucket.seal_bytes <= half),
        (KeyedCarrier(), 8 * bucket.header_bytes <= half),
    ):
        if fits:
            groups = carrier.locate(key, bucket)
            check_sizes(groups, bucket)
            if isinstance(carrier, TrailingCarrier):
                assert groups.places.min() >= count - half
        else:
            with pytest.raises(TooSmallError, match=f"{width}x{height} px is too small"):
                carrier.locate(key, bucket)


@given(BUCKETS | st.builds(Bucket, slots=st.just(1), units=st.integers(1, 4000)))
def test_the_size_that_keyed_bits_need_is_the_least_square(bucket: Bucket) -> None:
    with pytest.raises(TooSmallError) as caught:
        KeyedCarrier().locate(key_of(8, 9), bucket)
    side = int(str(caught.value).removesuffix(" px").rsplit("x", 1)[1])
    assert 3 * (side - 1) ** 2 // 2 < 8 * bucket.header_bytes <= 3 * side**2 // 2


@given(BUCKETS | st.builds(Bucket, slots=st.just(1), units=st.integers(1, 4000)))
def test_the_size_in_the_message_is_the_least_from_which_all_squares_do(bucket: Bucket) -> None:
    with pytest.raises(TooSmallError) as caught:
        trailing_groups(8, 9, bucket)
    side = int(str(caught.value).removesuffix(" px").rsplit("x", 1)[1])
    for larger in (*range(side, side + 10), 179, 180, 181, 400):
        if larger >= side:
            assert trailing_groups(larger, larger, bucket)
    if side != 180:  # where a large picture holds fewer bits than one that is a little smaller
        with pytest.raises(TooSmallError):
            trailing_groups(side - 1, side - 1, bucket)


def test_both_are_tried() -> None:
    assert [type(carrier) for carrier in CARRIERS] == [TrailingCarrier, KeyedCarrier]


def test_only_keyed_bits_lie_where_the_key_says() -> None:
    one = ReferenceKey(bytes(32), np.zeros((64, 64, 3), np.uint8))
    other = ReferenceKey(bytes(range(32)), one.reference)
    assert np.array_equal(TrailingCarrier().prefix(one), TrailingCarrier().prefix(other))
    assert not np.array_equal(KeyedCarrier().prefix(one), KeyedCarrier().prefix(other))
