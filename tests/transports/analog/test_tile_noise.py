"""The noise of a tile: Gaussian, repeatable, independent of every other."""

import math

import numpy as np
import pytest
from scipy.stats import kstest

from sshr.crypto.keys import derive, keystream
from sshr.crypto.session import Session
from sshr.transports.analog.keyed_mix import tile_noise

SESSION = Session.of(bytes(range(32)), bytes(range(16)), bytes(range(32, 64)))
COUNT = 1 << 20


def test_noise_is_what_its_docstring_says() -> None:
    key = derive(SESSION.key, b"mix/noise" + (5).to_bytes(4, "big"))
    stream = keystream(key, 16 * 3)
    words = [int.from_bytes(stream[8 * i : 8 * i + 8], "little") / 2**64 for i in range(6)]
    radius = [math.sqrt(-2 * math.log(word)) for word in words[:3]]
    expected = [r * math.cos(2 * math.pi * w) for r, w in zip(radius, words[3:], strict=True)]
    expected += [r * math.sin(2 * math.pi * w) for r, w in zip(radius, words[3:], strict=True)]
    for count in (6, 5):
        found = tile_noise(SESSION, 5, count)
        assert found.dtype == np.float32
        assert found.tolist() == pytest.approx(expected[:count], rel=1e-5)
    assert tile_noise(SESSION, 5, 0).shape == (0,)


def test_noise_is_gaussian() -> None:
    """Moments within seven deviations of what so many draws of a Gaussian give."""
    noise = tile_noise(SESSION, 3, COUNT).astype(np.float64)
    assert np.isfinite(noise).all()
    for power, moment in enumerate((0, 1, 0, 3, 0, 15), start=1):
        spread = math.prod(range(1, 2 * power, 2)) - moment**2  # of x^power: E x^(2 power) - E^2
        assert abs((noise**power).mean() - moment) < 7 * math.sqrt(spread / COUNT), power
    assert np.abs(noise).max() < 8.2  # beyond it one draw in 4e15
    assert kstest(noise, "norm").pvalue > 1e-10


def test_noise_is_independent_of_itself_and_of_other_tiles() -> None:
    noise = tile_noise(SESSION, 3, COUNT).astype(np.float64)
    other = tile_noise(SESSION, 4, COUNT).astype(np.float64)
    half = COUNT // 2  # a cosine and the sine to it lie so far apart
    square = noise**2 - 1
    for one, two, spread in (
        (noise, other, 1),
        (noise[1:], noise[:-1], 1),
        (noise[half:], noise[:half], 1),
        (square[half:], square[:half], 2),
    ):
        assert abs((one * two).sum()) < 7 * spread * math.sqrt(len(one))
