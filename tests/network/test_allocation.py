"""Expected sizes and reconstruction from the coarse layer."""

import math

import pytest
import torch

from sshr.network.allocation import FEATURES, Allocation, neighbour_features
from sshr.network.side import CoarseLayer
from sshr.network.subbands import join_subbands, split_subbands


def layer(step: float = 0.5) -> CoarseLayer:
    """Two levels; one detail of size 2 at (1, 1) of the coarse one, -3 at (5, 2) of the fine."""
    coarse, fine = torch.zeros(1, 3, 3, 4, 4), torch.zeros(1, 3, 3, 8, 8)
    coarse[0, 0, 1, 1, 1], fine[0, 2, 0, 5, 2] = 2, -3
    low = torch.arange(48.0).view(1, 3, 4, 4)
    return CoarseLayer(join_subbands(low, [coarse, fine]), torch.tensor([step]))


def test_features_of_one_detail_by_hand() -> None:
    _, details = split_subbands(layer().levels, 2)
    magnitudes = [detail.abs() for detail in details]
    coarse, fine = (neighbour_features(magnitudes, n)[0] for n in (0, 1))
    # one, presence, cross, diagonal, parent, its cross, children, family, its cross, cross's cross
    assert coarse[0, 1, :, 1, 1].tolist() == [1, 1, 0, 0, 0, 0, 0, 2, 0, 8]
    assert coarse[0, 1, :, 0, 1].tolist() == [1, 0, 2, 0, 0, 0, 0, 0, 2, 2]
    assert coarse[0, 1, :, 2, 2].tolist() == [1, 0, 0, 2, 0, 0, 0, 0, 0, 4]
    assert coarse[2, 0, :, 2, 1].tolist() == [1, 0, 0, 0, 0, 0, 3, 0, 2, 0]
    assert fine[0, 1, :, 2, 3].tolist() == [1, 0, 0, 0, 2, 4, 0, 0, 0, 0]
    assert fine[2, 0, :, 5, 2].tolist() == [1, 1, 0, 0, 0, 0, 0, 3, 0, 12]


def test_linear_part_is_the_weighted_sum() -> None:
    allocation = Allocation(2, 4)
    weights = torch.rand(allocation.weights.shape)
    with torch.no_grad():
        allocation.weights.copy_(weights)
    found_low, found = split_subbands(allocation(layer()), 2)
    _, details = split_subbands(layer().levels, 2)
    for n, logs in enumerate(found):
        features = neighbour_features([d.abs() for d in details], n)
        expected = (weights[n][None, ..., None, None] * features).sum(3)
        assert features.shape[3] == FEATURES
        assert torch.allclose(logs.exp(), expected, rtol=1e-4)
    assert torch.allclose(found_low, torch.tensor(-0.5 * math.log(12)))


def test_reconstruction_draws_details_towards_zero() -> None:
    allocation = Allocation(2, 4)
    with torch.no_grad():
        allocation.shifts.copy_(torch.arange(18.0).view(2, 3, 3) / 100)
    low, (coarse, fine) = split_subbands(allocation.reconstruct(layer()).detach(), 2)
    assert torch.equal(low, 0.5 * torch.arange(48.0).view(1, 3, 4, 4))
    assert float(coarse[0, 0, 1, 1, 1]) == pytest.approx(0.5 * (2 - 0.01))
    assert float(fine[0, 2, 0, 5, 2]) == pytest.approx(-0.5 * (3 - 0.17))
    assert int((coarse != 0).sum()) == int((fine != 0).sum()) == 1


def test_every_weight_has_a_gradient_once_open() -> None:
    allocation = Allocation(2, 4)
    with torch.no_grad():
        for parameter in allocation.refine[-1].parameters():
            parameter.add_(0.1)
    levels = torch.randint(-4, 5, (1, 48, 4, 4)).float()
    random = CoarseLayer(levels, torch.tensor([0.5]))
    (allocation(random).square().sum() + allocation.reconstruct(random).square().sum()).backward()
    assert all(bool(p.grad.any()) for p in allocation.parameters())


def test_restart_takes_learning_back() -> None:
    allocation = Allocation(2, 4)
    before = allocation(layer()), allocation.reconstruct(layer())
    with torch.no_grad():
        for parameter in allocation.parameters():
            parameter.add_(0.1)
    assert not torch.allclose(allocation(layer()), before[0])
    allocation.restart()
    assert torch.equal(allocation(layer()), before[0])
    assert torch.equal(allocation.reconstruct(layer()), before[1])
