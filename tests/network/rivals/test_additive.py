import pytest
import torch

from sshr.network.rivals.additive import CODE, Udh
from sshr.network.rivals.config import RIVALS


def test_udh_adds_a_code_of_the_secret_alone_of_at_most_ten_levels() -> None:
    torch.manual_seed(0)
    net = Udh(RIVALS["udh"]).eval()
    secret = torch.rand(1, 3, 32, 32)
    dark, bright = torch.zeros(1, 3, 32, 32), torch.ones(1, 3, 32, 32)
    with torch.no_grad():
        code = net.hide(secret, dark)
        assert torch.allclose(net.hide(secret, bright) - bright, code, atol=1e-6)
        net.hide_net.up[0][1].weight.mul_(1e4)  # type: ignore[index]
        loud = net.hide(secret, dark)
    assert 0 < code.abs().max() <= CODE
    assert float(loud.abs().max()) == pytest.approx(10 / 255)


def test_the_loss_weighs_the_reveal_less() -> None:
    net, grey = Udh(RIVALS["udh"]), torch.full((1, 3, 8, 8), 0.5)
    loss = net.own_loss((grey, grey), (grey + 0.1, grey + 0.2))
    assert float(loss) == pytest.approx(0.01 + 0.75 * 0.04)
