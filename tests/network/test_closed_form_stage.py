"""A change of basis with its pair of steps: forwards, backwards, at once, and watched."""

import pytest
import torch
from torch import Tensor

from sshr.network.closed_form import CouplingPair, Stage, linear_pair

GAIN, TARGET = torch.tensor([0.25, 0.5, 0.75]), torch.tensor([0.1, 0.0, -0.2])


def stage(pair: CouplingPair | None) -> Stage:
    """In a basis where the row is reversed and twice as large."""
    return Stage(lambda s: 2 * s.flip(1), lambda s: s.flip(1) / 2, pair, lambda s: s + 10)


@pytest.fixture
def row() -> Tensor:
    return torch.tensor([[1.0, -2.0, 3.0]])


def test_the_basis_changes_before_the_steps(row: Tensor) -> None:
    own = stage(linear_pair(GAIN, TARGET))
    expected = GAIN * 2 * row.flip(1) + TARGET
    z, y = own.run(row, row, None)
    for found in (z, y, own.result(row)):
        assert torch.allclose(found, expected, atol=1e-5)
    for found in (*own.run_inverse(z, y, None), own.undone(z)):
        assert torch.allclose(found, row, atol=1e-5)


def test_without_steps_only_the_basis_changes(row: Tensor) -> None:
    own = stage(None)
    assert torch.equal(own.result(row), 2 * row.flip(1))
    assert torch.equal(own.run(row, row, None)[0], own.result(row))
    assert torch.equal(own.undone(own.result(row)), row)


def test_whoever_watches_sees_every_step_as_planes(row: Tensor) -> None:
    own, seen = stage(linear_pair(GAIN, TARGET)), []
    z, y = own.run(row, row, seen.append)
    assert len(seen) == 2
    assert torch.allclose(seen[-1], z + 10)
    own.run_inverse(z, y, seen.append)
    assert torch.allclose(seen[-1], 2 * row.flip(1) + 10, atol=1e-5)
