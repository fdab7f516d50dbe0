"""k_sym in the bank: rotations, undone by their transposes, another for another key."""

import math

import pytest
import torch
from torch import Tensor

from sshr.network.rotation import KeyedRotation

DOUBLE = torch.float64


def keys(count: int, seed: int = 1) -> Tensor:
    return torch.randn(count, 32, generator=torch.Generator().manual_seed(seed), dtype=DOUBLE)


def make(angle: float = 0.1) -> KeyedRotation:
    return KeyedRotation(32, angle).double()


@pytest.mark.parametrize("angle", [0.1, 1.0])
def test_turns_are_rotations(angle: float) -> None:
    turns = make(angle)(keys(3))
    assert turns.shape == (3, 24, 16, 16)
    eye = torch.eye(16, dtype=DOUBLE)
    assert float((turns @ turns.mT - eye).abs().max()) < 1e-10
    assert torch.allclose(torch.linalg.det(turns), torch.ones(3, 24, dtype=DOUBLE))
    assert float((turns - eye).abs().max()) > 0.05


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("count", [3 * 16 * 24, 3 * 16 * 50 + 21, 12])
def test_turning_keeps_energy_and_is_undone_by_the_transpose(count: int, colours: int) -> None:
    turns = make()(keys(2))
    row = torch.randn(2, count, dtype=DOUBLE)
    turned = KeyedRotation.turn(row, turns, colours)
    assert turned.shape == row.shape
    assert torch.allclose(turned.norm(dim=1), row.norm(dim=1))
    back = KeyedRotation.turn(turned, turns.mT, colours)
    assert float((back - row).abs().max()) < 1e-12
    left_over = count % (16 * colours)
    assert torch.equal(turned[:, count - left_over :], row[:, count - left_over :])


@pytest.mark.parametrize("colours", [1, 3])
def test_turns_act_on_sixteen_neighbours_of_a_colour_in_turn(colours: int) -> None:
    turns, row = make()(keys(1)), torch.randn(1, 16 * colours * 26, dtype=DOUBLE)
    turned = KeyedRotation.turn(row, turns, colours)
    for number in (0, 1, 23, 24, 25):
        part = slice(16 * colours * number, 16 * colours * (number + 1))
        for colour in range(colours):
            own = row[0, part][colour::colours]
            expected = turns[0, number % 24] @ own
            assert torch.allclose(turned[0, part][colour::colours], expected)


def test_one_key_serves_all_and_each_row_may_have_its_own() -> None:
    rotation, both = make(), keys(2)
    row = torch.randn(2, 16 * 30, dtype=DOUBLE)
    for_all = KeyedRotation.turn(row, rotation(both[:1]), 1)
    each = KeyedRotation.turn(row, rotation(both), 1)
    assert torch.allclose(for_all[0], each[0])
    assert float((for_all[1] - each[1]).abs().max()) > 1e-3


def test_other_keys_give_other_rotations() -> None:
    rotation, row = make(), torch.randn(1, 16 * 24 * 10, dtype=DOUBLE)
    turned = KeyedRotation.turn(row, rotation(keys(1, seed=1)), 1)
    wrong = KeyedRotation.turn(turned, rotation(keys(1, seed=2)).mT, 1)
    # The share of a row that a foreign key leaves in the wrong place.
    assert 0.1 < float((wrong - row).norm() / row.norm()) < 1.5
    assert torch.equal(rotation(keys(1)), rotation(keys(1)))


def test_only_the_direction_of_a_key_counts() -> None:
    rotation, one = make(), keys(2)
    assert torch.allclose(rotation(one), rotation(7 * one))
    assert float((rotation(one) - rotation(-one)).abs().max()) > 1e-2


def test_the_angle_is_how_far_a_key_turns() -> None:
    torch.manual_seed(2)
    near = make(0.01)
    far = make(0.02)
    far.load_state_dict(near.state_dict())
    eye = torch.eye(16, dtype=DOUBLE)
    shares = [float((turns - eye).norm()) for turns in (near(keys(4)), far(keys(4)))]
    assert shares[1] == pytest.approx(2 * shares[0], rel=0.01)
    assert 0 < shares[0] / math.sqrt(4 * 24 * 16) < 0.1


def test_nothing_of_it_learns() -> None:
    assert not any(p.requires_grad for p in KeyedRotation(32, 0.1).parameters())
