"""Bits of a tile in free parities: what they cost, where they lie, and who can read them."""

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.crypto.correction import room
from sshr.crypto.header import Sending, read_header
from sshr.crypto.keys import Keys
from sshr.crypto.metadata import Metadata
from sshr.crypto.parity import read_parities, round_samples
from sshr.crypto.session import Session
from sshr.crypto.sidestream import TileBits

Rgb8 = NDArray[np.uint8]
WHOLE = (slice(0, 64), slice(0, 96))
SESSION = Session(bytes(range(32)))


@pytest.fixture
def unrounded() -> NDArray[np.float32]:
    """(64, 96, 3) with uniform rounding errors, away from both ends of the range."""
    return np.random.default_rng(1).uniform(5, 250, (64, 96, 3)).astype(np.float32)


@pytest.fixture
def header() -> NDArray[np.bool_]:
    return np.random.default_rng(2).random((64, 96, 3)) < 0.15


def data_for(tile: TileBits, header: NDArray[np.bool_], seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(tile.capacity(header))


def written(
    tile: TileBits,
    unrounded: NDArray[np.float32],
    header: NDArray[np.bool_],
    data: bytes,
    session: Session = SESSION,
) -> Rgb8:
    image = round_samples(unrounded)
    tile.write(unrounded, image, header, session, data)
    return image


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.25, 0.4, 1.0])
@pytest.mark.parametrize("slices", [WHOLE, (slice(16, 64), slice(32, 80))], ids=["all", "part"])
def test_round_trip_leaves_the_header_and_other_tiles_alone(
    rate: float,
    slices: tuple[slice, slice],
    unrounded: NDArray[np.float32],
    header: NDArray[np.bool_],
) -> None:
    tile = TileBits(3, slices, rate)
    data = data_for(tile, header)
    image, before = written(tile, unrounded, header, data), round_samples(unrounded)
    assert tile.read(image, header, SESSION) == data
    moves = np.abs(image.astype(int) - before)
    assert moves.max() == 1
    own = np.zeros_like(header)
    own[slices] = ~header[slices]
    assert not moves[~own].any()
    groups = tile._groups(header)
    assert len(data) == room(len(groups) // 8) - 2
    assert np.isin(groups, np.flatnonzero(own[slices])).all()
    assert len(np.unique(groups)) == groups.size
    inside = moves[slices].reshape(-1)
    assert inside[groups].sum(axis=1).max() == 1
    assert inside[groups].sum() == inside.sum()


def test_capacity_is_of_whole_words_and_within_the_rate(header: NDArray[np.bool_]) -> None:
    free = int((~header).sum())
    for rate in (0.05, 0.25, 0.9, 1.0):
        tile = TileBits(0, WHOLE, rate)
        bits = len(tile._groups(header))
        assert bits % 32 == 0
        assert tile.capacity(header) == room(bits // 8) - 2
        assert rate * free - 32 < bits <= rate * free


def test_capacity_knows_nothing_of_the_contents(
    unrounded: NDArray[np.float32], header: NDArray[np.bool_]
) -> None:
    """The same number of groups, at the same places, for whatever is written into whatever."""
    tile = TileBits(0, WHOLE, 0.25)
    size, groups = tile.capacity(header), tile._groups(header)
    flat = np.full_like(unrounded, 128.3)
    for picture in (unrounded, flat, np.zeros_like(flat), np.full_like(flat, 300)):
        for data in (bytes(size), b"\xff" * size, data_for(tile, header)):
            image = written(tile, picture, header, data)
            assert tile.read(image, header, SESSION) == data
            assert np.array_equal(tile._groups(header), groups)


@pytest.mark.parametrize("size", [0, -1, 1, 4])
def test_another_number_of_bytes_is_refused(
    size: int, unrounded: NDArray[np.float32], header: NDArray[np.bool_]
) -> None:
    tile = TileBits(0, WHOLE, 0.25)
    wrong = tile.capacity(header) + size if size else 0
    with pytest.raises(ValueError, match=f"{wrong} bytes for a capacity"):
        written(tile, unrounded, header, bytes(wrong))


def test_no_room_at_all(unrounded: NDArray[np.float32]) -> None:
    full = np.ones((64, 96, 3), bool)
    tile = TileBits(0, WHOLE, 0.25)
    assert tile.capacity(full) == 0
    image = written(tile, unrounded, full, b"")
    assert np.array_equal(image, round_samples(unrounded))
    assert tile.read(image, full, SESSION) == b""


def test_another_session_or_index_reads_nothing(
    unrounded: NDArray[np.float32], header: NDArray[np.bool_]
) -> None:
    tile = TileBits(1, WHOLE, 0.25)
    image = written(tile, unrounded, header, data_for(tile, header))
    for bit in range(0, 256, 17):
        other = int.from_bytes(SESSION.key, "big") ^ 1 << bit
        assert tile.read(image, header, Session(other.to_bytes(32, "big"))) is None
    assert TileBits(2, WHOLE, 0.25).read(image, header, SESSION) is None


def flipped(image: Rgb8, places: NDArray[np.int64]) -> Rgb8:
    changed = image.copy()
    changed.reshape(-1)[places] ^= 1
    return changed


def test_a_few_flipped_parities_are_repaired_and_many_are_noticed(
    unrounded: NDArray[np.float32], header: NDArray[np.bool_]
) -> None:
    tile = TileBits(0, WHOLE, 0.25)
    data = data_for(tile, header)
    image = written(tile, unrounded, header, data)
    groups = tile._groups(header)
    rng = np.random.default_rng(4)
    for group in rng.permutation(groups)[:40]:
        assert tile.read(flipped(image, group[1:2]), header, SESSION) == data
    scar = groups[800:816, 0]  # two bytes' worth side by side
    assert tile.read(flipped(image, scar), header, SESSION) == data
    for seed in range(20):
        many = np.random.default_rng(seed).permutation(groups)[: len(groups) // 20, 0]
        assert tile.read(flipped(image, many), header, SESSION) is None
    free = np.setdiff1d(np.flatnonzero(~header), groups)
    elsewhere = np.concatenate([free, np.flatnonzero(header)])  # these carry nothing of the tile
    assert tile.read(flipped(image, elsewhere), header, SESSION) == data


@pytest.mark.parametrize(("rate", "group"), [(1.0, 1), (0.5, 2), (0.25, 4), (0.125, 8)])
def test_cost_of_a_bit(rate: float, group: int, header: NDArray[np.bool_]) -> None:
    tile, paid, bits = TileBits(0, WHOLE, rate), 0.0, 0
    for seed in range(12 * group):
        unrounded = np.random.default_rng(seed).uniform(5, 250, (64, 96, 3)).astype(np.float32)
        before = round_samples(unrounded)
        image = written(tile, unrounded, header, data_for(tile, header, seed))
        for picture, sign in ((image, 1), (before, -1)):
            paid += sign * float(np.square(picture - unrounded.astype(np.float64)).sum())
        bits += len(tile._groups(header))
        assert tile._groups(header).shape[1] == group
    assert paid / bits == pytest.approx(0.5 / (group + 1), rel=0.05)


def test_bits_are_uniform_whatever_they_say(
    unrounded: NDArray[np.float32], header: NDArray[np.bool_]
) -> None:
    tile = TileBits(0, WHOLE, 0.25)
    groups, nothing = tile._groups(header), bytes(tile.capacity(header))
    rows = []
    for seed in range(200):
        session = Session(random.Random(seed).randbytes(32))
        image = written(tile, unrounded, header, nothing, session)
        rows.append(read_parities(image.reshape(-1), groups))
    bits = np.array(rows)
    count = bits.size
    assert abs(int(bits.sum()) - count / 2) < 4 * np.sqrt(count) / 2
    # Every place for itself, and bits next to each other in time and place.
    assert np.abs(bits.sum(axis=0, dtype=int) - 100).max() < 5.5 * np.sqrt(200) / 2
    for pairs in (bits[1:] ^ bits[:-1], bits[:, 1:] ^ bits[:, :-1]):
        assert abs(int(pairs.sum()) - pairs.size / 2) < 4 * np.sqrt(pairs.size) / 2


def test_two_sessions_and_two_tiles_share_no_keystream(
    unrounded: NDArray[np.float32], header: NDArray[np.bool_]
) -> None:
    seen = []
    for index, session in ((0, SESSION), (1, SESSION), (0, Session(bytes(32)))):
        tile = TileBits(index, WHOLE, 0.25)
        image = written(tile, unrounded, header, bytes(tile.capacity(header)), session)
        seen.append(read_parities(image.reshape(-1), tile._groups(header)))
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert 0.45 < float((seen[i] != seen[j]).mean()) < 0.55


def test_beside_a_header(picture, metadata: Metadata) -> None:
    """Both through `Sending`: each reads its own, the sample MAC covers the side stream."""
    reference, unrounded = picture(0, 96, 96)
    sending = Sending.start(reference, Keys())
    header = sending.header_mask(metadata)
    tiles = [TileBits(i, (slice(0, 96), slice(48 * i, 48 * i + 48)), 0.25) for i in (0, 1)]
    parts = [(tile, data_for(tile, header, tile.index)) for tile in tiles]
    stego = sending.write(unrounded, metadata, parts)
    opened = read_header(stego, reference, Keys())
    assert opened.intact
    assert np.array_equal(opened.header, header)
    for tile, data in parts:
        assert tile.read(stego, opened.header, opened.session) == data
    changed = stego.copy()
    place = np.argwhere(~header[:, :48])[7]
    changed[tuple(place)] ^= 1
    damaged = read_header(changed, reference, Keys())
    assert not damaged.intact
    assert tiles[0].read(changed, damaged.header, damaged.session) == parts[0][1]
    assert tiles[1].read(changed, damaged.header, damaged.session) == parts[1][1]
