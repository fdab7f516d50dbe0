"""What is in sight, in whole pixels where it is whole."""

import numpy as np
import pytest

from sshr.transports.robust.placing import Placement
from sshr.transports.robust.searching import Guess
from sshr.transports.robust.turning import Turn

OWN = (200, 300, 3)


def place(
    scale: tuple[float, float],
    start: tuple[float, float],
    seen: tuple[int, int],
    turn: Turn | None = None,
) -> Placement:
    return Placement.of(Guess(turn or Turn(), scale, start), seen, OWN)


def test_as_sent() -> None:
    found = place((1.0002, 0.9998), (-0.02, 0.03), (200, 300))
    assert found.is_plain
    assert found.is_unscaled
    assert (found.tops, found.sides, found.words) == ((0, 200), (0, 300), "")


def test_resized() -> None:
    found = place((2.003, 1.998), (-0.1, 0.1), (100, 150))
    assert found.is_plain
    assert not found.is_unscaled
    assert found.words == "scaled to 0.50"


def test_cut() -> None:
    found = place((1.0001, 1), (5.03, 2.98), (180, 297))
    assert (found.tops, found.sides) == ((5, 185), (3, 300))
    assert (found.rows, found.columns) == ((0, 180), (0, 297))
    assert found.is_unscaled
    assert found.is_bare
    assert not found.is_whole
    assert found.words == "cut out of a larger picture"


def test_inside() -> None:
    found = place((1, 1), (-41.02, -56.97), (400, 500))
    assert (found.rows, found.columns) == ((41, 241), (57, 357))
    assert found.is_whole
    assert not found.is_bare
    assert found.words == "inside a larger picture"
    picture = np.arange(400 * 500 * 3, dtype=np.uint32).astype(np.uint8).reshape(400, 500, 3)
    assert np.array_equal(found.window(picture), picture[41:241, 57:357])


def test_inside_smaller() -> None:
    found = place((2, 2), (-41 * 2, -57 * 2), (400, 500))
    assert (found.rows, found.columns) == ((41, 141), (57, 207))
    assert (found.tops, found.sides) == ((0, 200), (0, 300))
    assert found.words == "inside a larger picture, scaled to 0.50"


def test_cut_and_resized_between_pixels() -> None:
    found = place((1.25, 1.25), (10.4, 20), (80, 100))
    assert found.tops == pytest.approx((10.4, 110.4))
    assert found.sides == pytest.approx((20, 145))
    assert not found.is_unscaled
    assert found.scale == pytest.approx((0.8, 0.8))


def test_an_edge_between_pixels_is_left_out() -> None:
    found = place((0.5, 0.5), (-10.25, -10), (500, 700))
    assert found.rows == (21, 420)
    assert found.tops == pytest.approx((0.25, 199.75))
    assert (found.columns, found.sides) == ((20, 620), (0, 300))


def test_turned() -> None:
    found = place((1, 1), (0, 0), (300, 200), Turn(False, 1))
    assert found.is_whole
    assert found.is_bare
    assert not found.is_plain
    assert found.words == "turned by a quarter to the right"


@pytest.mark.parametrize(
    ("turn", "seen", "start", "grid"),
    [
        (Turn(), (200, 300), (0, 0), (0, 0)),
        (Turn(), (290, 400), (-41, -57), (7, 7)),
        (Turn(True, 0), (195, 300), (5, 0), (0, 4)),
        (Turn(False, 2), (195, 300), (5, 0), (3, 4)),
    ],
)
def test_where_a_coders_blocks_begin(
    turn: Turn, seen: tuple[int, int], start: tuple[float, float], grid: tuple[int, int]
) -> None:
    found = place((1, 1), start, seen, turn)
    assert found.grid == grid
    blocks = np.indices(seen).sum(axis=0) * 0
    blocks[::8] += 1  # the first rows of blocks, and the last ones by where the next begin
    blocks[:, ::8] += 2
    upright = turn.upright(blocks)
    rows, columns = upright[slice(*found.rows)], upright[:, slice(*found.columns)]
    first = int(np.flatnonzero((rows & 1).any(axis=1))[0])
    assert (first + (1 if turn.is_flipped[0] else 0)) % 8 == grid[0]
    first = int(np.flatnonzero((columns & 2).any(axis=0))[0])
    assert (first + (1 if turn.is_flipped[1] else 0)) % 8 == grid[1]
