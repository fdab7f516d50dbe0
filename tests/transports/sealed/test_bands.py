"""Bands of rows: exact above, in steps below, within their room; refused where they are none."""

import struct
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.sealed import bands
from sshr.transports.sealed.bands import from_bands, in_bands, stepped_bytes

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]
HEIGHT, WIDTH = 150, 90


@pytest.fixture(autouse=True)
def short_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "ROWS", 64)


@pytest.fixture(params=[False, True], ids=["colour", "grey"])
def picture(request: pytest.FixtureRequest, photo: Photo) -> Rgb8:
    """A photograph with grain."""
    clean = photo("parrots", HEIGHT, WIDTH)
    grain = np.random.default_rng(1).normal(0, 3, clean.shape)
    noisy = np.clip(np.rint(clean + grain), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(noisy[..., 0]) if request.param else noisy


def whole(picture: Rgb8) -> int:
    found = in_bands(picture, 1 << 24)
    assert found is not None
    assert found[1]
    return len(found[0])


def test_all_is_exact_where_there_is_room(picture: Rgb8) -> None:
    found = in_bands(picture, whole(picture))
    assert found is not None
    code, exact = found
    assert exact
    assert np.array_equal(from_bands(code, picture.shape), picture)


@pytest.mark.parametrize("share", [0.1, 0.35, 0.6, 0.97])
def test_rows_above_are_exact_and_those_below_nearly(picture: Rgb8, share: float) -> None:
    full, least = whole(picture), stepped_bytes(picture)
    assert least < full
    capacity = int(least * 1.02 + share * (full - least * 1.02))
    found = in_bands(picture, capacity)
    assert found is not None
    code, exact = found
    assert not exact
    assert 0.94 * capacity < len(code) <= capacity
    (rows,) = struct.unpack_from("<I", code)
    back = from_bands(code, picture.shape)
    assert np.array_equal(back[:rows], picture[:rows])
    error = back[rows:].astype(int) - picture[rows:]
    assert np.abs(error).max() <= 2
    assert np.square(error).mean() < bands.STEP**2 / 12 + 0.2


def test_more_room_gives_more_rows(picture: Rgb8) -> None:
    full, least = whole(picture), stepped_bytes(picture)
    rooms = np.linspace(1.02 * least, full, 8).astype(int)
    found = [in_bands(picture, int(room)) for room in rooms]
    rows = [struct.unpack_from("<I", one[0])[0] for one in found if one]
    assert len(rows) == len(rooms)
    assert all(one <= other for one, other in pairwise(rows))
    assert rows[-1] == HEIGHT


def test_too_little_room_is_said(picture: Rgb8) -> None:
    assert in_bands(picture, stepped_bytes(picture) // 2) is None


def test_every_colour_has_its_steps() -> None:
    """The corners of the cube, where planes are at their ends."""
    ends = np.array(np.meshgrid(*[[0, 255]] * 3)).reshape(3, -1).T.astype(np.uint8)
    picture = np.tile(ends, (16, 2, 1))
    code = struct.pack("<I", 0) + bands._in_steps(picture)
    assert np.abs(from_bands(code, picture.shape).astype(int) - picture).max() <= 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda code: b"",
        lambda code: code[:100],
        lambda code: code + b"\0",
        lambda code: struct.pack("<I", HEIGHT + 1) + code[4:],
        lambda code: struct.pack("<I", 10) + code[4:],
        lambda code: code[:4] + b"\xff\xff\xff\x7f" + code[8:],
    ],
)
def test_no_such_code_is_refused(picture: Rgb8, damage: Callable[[bytes], bytes]) -> None:
    full = whole(picture)
    found = in_bands(picture, (full + stepped_bytes(picture)) // 2)
    assert found is not None
    with pytest.raises((ValueError, struct.error)):
        from_bands(damage(found[0]), picture.shape)
