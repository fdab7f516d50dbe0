"""Room to black and white: the reference gives way, and the payload pays for it."""

import pytest
import torch

from sshr.network.strength import inside, with_headroom

POWER = 1e-4


def test_a_reference_moves_inwards_only_where_it_has_to() -> None:
    reference = torch.tensor([0.0, 0.04, 0.5, 0.97, 1.0]).view(1, 1, 1, 5)
    moved = inside(reference, torch.full_like(reference, 0.05))
    assert moved.flatten().tolist() == pytest.approx([0.05, 0.05, 0.5, 0.95, 0.95])


def test_grey_references_cost_nothing() -> None:
    even, grey = torch.ones(2, 1, 8, 8), torch.full((2, 3, 8, 8), 0.5)
    strength, room = with_headroom(even, grey, POWER, 2.5, equal=True)
    assert torch.equal(strength, even)
    assert torch.allclose(room, torch.tensor(0.025))


def test_what_headroom_costs_the_payload_gives() -> None:
    even, picture = torch.ones(1, 1, 8, 8), torch.full((1, 3, 8, 8), 0.5)
    picture[..., :1] = 1.0
    strength, room = with_headroom(even, picture, POWER, 2.5, equal=True)
    cost = (picture - inside(picture, room)).square().mean()
    assert 0.4 < float(strength.max()) < 0.9
    assert float(cost + POWER * strength.square().mean()) == pytest.approx(POWER, rel=0.02)
    same, _ = with_headroom(even, picture, POWER, 2.5, equal=False)
    assert torch.equal(same, even)


def test_the_payload_never_gives_all() -> None:
    even, white = torch.ones(1, 1, 8, 8), torch.ones(1, 3, 8, 8)
    strength, _ = with_headroom(even, white, POWER, 10.0, equal=True)
    assert float(strength.square().min()) > 0.0225
