"""Features of a detail's neighbourhood against a direct computation, place by place."""

from collections.abc import Callable

import numpy as np
import pytest

from sshr.coding.model import Subbands
from sshr.coding.neighbourhood import Neighbourhood, cross, second_pass
from sshr.coding.tables import FEATURES

CAP = 15
MakeLevels = Callable[..., Subbands]


def capped(plane: np.ndarray, row: int, column: int) -> int:
    """Nothing lies outside."""
    height, width = plane.shape
    if not (0 <= row < height and 0 <= column < width):
        return 0
    return min(abs(int(plane[row, column])), CAP)


def around(plane: np.ndarray, row: int, column: int) -> int:
    places = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    return sum(capped(plane, *place) for place in places)


def direct(
    details: list[np.ndarray], n: int, colour: int, orientation: int, row: int, column: int
) -> list[int]:
    """Features 1 to FEATURES - 2 as their docstring has them."""
    found = [0] * (FEATURES - 2)
    band = details[n]
    if n:
        parent = details[n - 1]
        place = row // 2, column // 2
        found[0] = capped(parent[colour, orientation], *place)
        found[1] = around(parent[colour, orientation], *place)
        found[6] = sum(capped(parent[c, o], *place) for c in range(3) for o in range(3))
    if colour:
        found[2] = sum(capped(band[c, orientation], row, column) for c in range(colour))
        found[3] = around(band[colour - 1, orientation], row, column)
    found[4] = sum(capped(band[colour, o], row, column) for o in range(orientation))
    found[5] = sum(around(band[colour, o], row, column) for o in range(orientation))
    return found


@pytest.mark.parametrize("n", [0, 1])
def test_features_are_what_their_docstring_says(n: int, levels_of: MakeLevels) -> None:
    _, details = levels_of(1, 5, 4, 2, 0.5, 40)
    parent = np.minimum(np.abs(details[0]), CAP) if n else None
    height, width = details[n].shape[2:]
    near = Neighbourhood(parent, (height, width))
    for colour, orientation in np.ndindex(3, 3):
        planes = near.planes(colour, orientation)
        found = [np.zeros((height, width)) if plane is None else plane for plane in planes]
        for row, column in np.ndindex(height, width):
            expected = direct(details, n, colour, orientation, row, column)
            assert [int(plane[row, column]) for plane in found] == expected
        weights = np.arange(3, 3 + FEATURES, dtype=np.int32)
        total = weights[0] + sum(int(w) * p for w, p in zip(weights[1:-1], found, strict=True))
        assert np.array_equal(near.predict(colour, orientation, weights), total)
        near.put(colour, orientation, details[n][colour, orientation])


def test_cross_and_passes_are_a_chessboards() -> None:
    rng = np.random.default_rng(2)
    plane = rng.integers(0, CAP + 1, (7, 6), dtype=np.int32)
    found = cross(plane)
    late = second_pass(7, 6)
    for row, column in np.ndindex(7, 6):
        assert found[row, column] == around(plane, row, column)
        assert late[row, column] == (row + column) % 2
    # The second pass sees nothing but the first one around it.
    first = np.where(late, 0, plane)
    assert np.array_equal(cross(first)[late], found[late])
