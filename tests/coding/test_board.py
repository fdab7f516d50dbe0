"""The fast contexts against their definition in `sshr.coding.neighbourhood`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sshr.coding.board import Board, existing, fill, pack, predictions, unpack
from sshr.coding.neighbourhood import Neighbourhood, second_pass
from sshr.coding.tables import CAP, FEATURES, Tables, table_shapes


def small_tables(weights: np.ndarray) -> Tables:
    shapes = table_shapes(len(weights))
    return Tables(weights, np.ones(shapes["details"], np.int32), np.ones(shapes["low"], np.int32))


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    largest=st.sampled_from([20, 70, 400, 2**31 - 1]),
    fine=st.booleans(),
)
def test_predictions_are_those_of_the_definition(
    seed: int, height: int, width: int, largest: int, fine: bool
) -> None:
    rng = np.random.default_rng(seed)
    parent = None
    if fine:
        parent = rng.integers(0, CAP + 1, (3, 3, height, width)).astype(np.int32)
        height, width = 2 * height, 2 * width
    weights = rng.integers(-largest, largest, (1, 3, 3, 2, FEATURES)).astype(np.int32)
    (small,) = small_tables(weights).small_weights
    magnitudes = rng.integers(0, CAP + 1, (3, 3, height, width)).astype(np.int16)
    near = Neighbourhood(parent, (height, width))
    late = second_pass(height, width)
    few = None if parent is None else parent.astype(np.int16)
    board, packed = Board(few, (height, width), small), pack(magnitudes)
    at_once = unpack(predictions(few, packed, width, small), width)
    for place in np.ndindex(3, 3):
        first = near.predict(*place, weights[0][(*place, 0)])
        near.put(*place, magnitudes[place].astype(np.int32))
        second = near.predict(*place, weights[0][(*place, 1)])
        own = weights[0][(*place, 1)][-1] * near.crosses[place]
        expected = np.where(late, second + own, first)
        assert np.array_equal(at_once[place], expected)
        for turn in range(2):
            found = existing(board.predict(*place, turn), width, turn)
            assert np.array_equal(found, expected[late == turn])
            board.put(*place, turn, packed[(*place, turn)])


def test_small_weights_are_small_where_no_prediction_can_leave_their_range() -> None:
    weights = np.zeros((3, 3, 3, 2, FEATURES), np.int32)
    weights[0, 1, 2, 0, 2] = -546  # times 60, the most that four neighbours make
    weights[1, 1, 2, 0, 2] = 547
    weights[2, 0, 0, 1, 0] = -(2**31)
    kinds = [level.dtype for level in small_tables(weights).small_weights]
    assert kinds == [np.int16, np.int32, np.int32]
    most = small_tables(weights).small_weights
    assert all(np.array_equal(a, b) for a, b in zip(most, weights, strict=True))


@pytest.mark.parametrize("size", [(1, 1), (1, 4), (5, 1), (4, 6), (7, 5)], ids=str)
def test_packed_halves_are_the_passes(size: tuple[int, int]) -> None:
    height, width = size
    plane = np.arange(1, 1 + height * width, dtype=np.int16).reshape(size)
    both = pack(np.stack([plane, -plane]))
    assert np.array_equal(unpack(both, width), np.stack([plane, -plane]))
    assert sorted(existing(both, width).tolist()) == sorted([*plane.flat, *(-plane).flat])
    for turn, half in enumerate(both[0]):
        values = plane[second_pass(*size) == turn]
        assert np.array_equal(existing(half, width, turn), values)
        again = np.zeros_like(half)
        fill(again, width, turn, values)
        assert np.array_equal(again, half)
