"""Reed-Solomon blocks: sizes, repairs up to the limit, nothing wrong beyond it."""

import random

import pytest

from sshr.header.correction import CHECKS, protect, repaired, room, unprotected

SIZES = (9, 64, 255, 256, 263, 264, 510, 1000, 6000)


@pytest.mark.parametrize("size", SIZES)
def test_an_unchanged_stream_gives_the_data_back(size: int) -> None:
    data = random.Random(size).randbytes(room(size))
    stream = protect(data, size)
    assert len(stream) == size
    assert unprotected(stream) == repaired(stream) == data
    assert size - len(data) == CHECKS * -(-size // 255)


@pytest.mark.parametrize("size", SIZES)
def test_half_as_many_bytes_as_there_are_checks_are_repaired_in_every_block(size: int) -> None:
    rng = random.Random(size)
    data = rng.randbytes(room(size))
    stream, blocks = bytearray(protect(data, size)), -(-size // 255)
    for block in range(blocks):
        for place in rng.sample(range(block, size, blocks), CHECKS // 2):
            stream[place] ^= rng.randrange(1, 256)
    assert repaired(bytes(stream)) == data


def test_a_scar_is_spread_over_the_blocks() -> None:
    data = random.Random(1).randbytes(room(6000))
    stream = bytearray(protect(data, 6000))
    for place in range(700, 700 + 4 * 24):
        stream[place] ^= 0x5A
    assert repaired(bytes(stream)) == data


def test_too_many_changes_are_mostly_noticed() -> None:
    noticed = 0
    for seed in range(60):
        rng = random.Random(seed)
        stream = bytearray(protect(rng.randbytes(room(255)), 255))
        for place in rng.sample(range(255), 20):
            stream[place] ^= rng.randrange(1, 256)
        noticed += repaired(bytes(stream)) is None
    assert noticed > 50


@pytest.mark.parametrize("size", [0, 1, 8])
def test_a_stream_without_room(size: int) -> None:
    assert room(size) == 0
    with pytest.raises(ValueError, match="bytes for a stream"):
        protect(b"", size)


def test_another_number_of_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="57 bytes for a stream of 64"):
        protect(bytes(57), 64)
