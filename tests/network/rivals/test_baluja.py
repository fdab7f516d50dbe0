import pytest
import torch

from sshr.network.rivals.baluja import Baluja, branches
from sshr.network.rivals.config import RIVALS


def test_parts_have_the_published_sizes() -> None:
    net = Baluja(RIVALS["baluja"])
    found = [
        sum(p.numel() for p in part.parameters())
        for part in (net.prepare_secret, net.merge, net.find)
    ]
    assert found == [798_300, 1_173_753, 798_753]


@pytest.mark.parametrize("size", [(16, 16), (18, 24)])
def test_branches_keep_the_size(size: tuple[int, int]) -> None:
    assert branches(3)(torch.rand(1, 3, *size)).shape == (1, 150, *size)


def test_the_loss_weighs_the_reveal_less() -> None:
    net, grey = Baluja(RIVALS["baluja"]), torch.full((1, 3, 8, 8), 0.5)
    loss = net.own_loss((grey, grey), (grey + 0.1, grey + 0.2))
    assert float(loss) == pytest.approx(0.01 + 0.75 * 0.04)
    assert net.noise == 0.01
