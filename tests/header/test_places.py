"""Places: exact draws, and the liveliest samples before the others."""

import hashlib

import numpy as np
import pytest

from sshr.crypto.keys import keystream
from sshr.header import places
from sshr.header.places import header_places, liveliness, positions

KEY = bytes(range(32))
SIZES = [12288, 196608, 36_000_000, 2**32 - 1]


@pytest.mark.parametrize("samples", SIZES)
def test_positions_are_what_their_docstring_says(samples: int) -> None:
    stream = keystream(KEY, 8 * 3000)
    words = (int.from_bytes(stream[8 * i : 8 * i + 8], "little") for i in range(3000))
    expected = list(dict.fromkeys(word * samples >> 64 for word in words))
    found = positions(KEY, samples, 2000)
    assert found.dtype == np.int64
    assert found.tolist() == expected[:2000]


def test_committed_vector() -> None:
    found = positions(KEY, 196608, 1000).astype("<i8")
    assert found[:6].tolist() == [81485, 56288, 156992, 112238, 131434, 77183]
    assert (
        hashlib.sha256(found.tobytes()).hexdigest()
        == "9af6702102623e3404561c251da3feffea824d5d10ee8eb3cb39d20851571a0a"
    )


@pytest.mark.parametrize("samples", [2, 3, 12, 13, 1000, 12288, 36_000_001])
def test_positions_are_distinct_inside_and_prefix_consistent(samples: int) -> None:
    most = min(samples // 2, 200_000)
    found = positions(KEY, samples, most)
    assert len(np.unique(found)) == len(found) == most
    assert found.min() >= 0
    assert found.max() < samples
    for count in (0, 1, most // 3, most - 1):
        assert np.array_equal(positions(KEY, samples, count), found[:count])


def test_positions_are_uniform_and_depend_on_the_key() -> None:
    found = positions(KEY, 1 << 20, 1 << 15)
    counts = np.bincount(found >> 12, minlength=256)
    assert ((counts - 128) ** 2 / 128).sum() < 350  # 255 degrees of freedom: p = 6e-5
    shared = np.intersect1d(found, positions(bytes(32), 1 << 20, 1 << 15)).size
    assert shared < 1200  # 1024 expected by chance


@pytest.mark.parametrize(("samples", "count"), [(100, 51), (100, -1), (2**32, 10)])
def test_impossible_draws_are_refused(samples: int, count: int) -> None:
    with pytest.raises(ValueError, match="cannot draw"):
        positions(KEY, samples, count)


def noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def around(own: int, *others: int) -> np.ndarray:
    """(3, 3, 3) uint8 of equal channels: a sample and the eight around it, the last repeated."""
    ring = [*others, *[others[-1]] * (8 - len(others))]
    return np.repeat(np.array([*ring[:4], own, *ring[4:]], np.uint8).reshape(3, 3, 1), 3, axis=2)


@pytest.mark.parametrize(
    ("lowest", "highest", "expected"),
    [(7, 7, 0), (7, 8, 0), (7, 9, 1), (0, 3, 1), (0, 4, 2), (9, 17, 3), (9, 25, 4), (0, 255, 4)],
)
@pytest.mark.parametrize("own", [1, 8, 254])
def test_liveliness_is_the_octave_of_the_range_around(lowest, highest, expected, own) -> None:
    picture = around(own, highest, lowest, lowest)
    centre = np.arange(12, 15)
    assert liveliness(picture, centre).tolist() == [expected] * 3


@pytest.mark.parametrize("own", [0, 255])
def test_ends_of_the_scale_are_calm(own: int) -> None:
    assert liveliness(around(own, 0, 255), np.arange(12, 15)).tolist() == [0, 0, 0]


def test_each_channel_counts_alone_and_edges_are_repeated() -> None:
    picture = np.full((5, 5, 3), 100, np.uint8)
    picture[1, 1, 1] = 132
    found = liveliness(picture, np.arange(75)).reshape(5, 5, 3)
    expected = np.zeros((5, 5, 3), np.uint8)
    expected[:3, :3, 1] = 4
    expected[1, 1, 1] = 0  # those around it are equal
    assert np.array_equal(found, expected)


def test_liveliest_first_as_they_were_drawn() -> None:
    """By the definition, sample by sample."""
    picture = noise(1, 50, 40, 3)
    for number in range(5):
        picture[10 * number : 10 * number + 10] >>= 1 + number
    picture[picture > 0] += 100
    drawn = positions(KEY, picture.size, picture.size // 2)
    padded = np.pad(picture.astype(int), ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = []
    for number, place in enumerate(drawn.tolist()):
        row, column, channel = np.unravel_index(place, picture.shape)
        ring = np.delete(padded[row : row + 3, column : column + 3, channel].ravel(), 4)
        octave = min(max(int(np.ptp(ring)).bit_length() - 1, 0), 4)
        calm = picture[row, column, channel] in (0, 255)
        rows.append((0 if calm else -octave, number, place))
    assert len({row[0] for row in rows}) == 5
    found = header_places(KEY, picture, picture.size // 2)
    assert found.tolist() == [place for _, _, place in sorted(rows)]


@pytest.mark.parametrize("first", [1 << 18, 500])
def test_fewer_places_are_the_beginning_of_more(first: int, monkeypatch) -> None:
    monkeypatch.setattr(places, "FIRST", first)
    picture = noise(2, 40, 50, 3)
    most = header_places(KEY, picture, picture.size // 2)
    assert len(np.unique(most)) == len(most) == picture.size // 2
    for count in (0, 1, 499, 500, 501, 2000):
        assert np.array_equal(header_places(KEY, picture, count), most[:count])
    assert np.array_equal(most[first:], positions(KEY, picture.size, picture.size // 2)[first:])


def test_more_than_half_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot draw"):
        header_places(KEY, noise(3, 8, 8, 3), 97)
