"""HiNet and ISN: exact with the payload that was lost, and their losses."""

import pytest
import torch
from torch import Tensor

from sshr.network.rivals.config import RIVALS
from sshr.network.rivals.invertible import BLOCKS, HiNet, Invertible, Isn


@pytest.fixture(params=[HiNet, Isn])
def net(request: pytest.FixtureRequest) -> Invertible:
    torch.manual_seed(0)
    made: Invertible = request.param(RIVALS[request.param.__name__.lower()])
    generator = torch.Generator().manual_seed(3)
    for parameter in made.parameters():
        parameter.data += 0.02 * torch.randn(parameter.shape, generator=generator)
    return made.double()


@pytest.fixture
def pair() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return tuple(torch.rand(2, 1, 3, 16, 16, generator=generator, dtype=torch.float64))  # type: ignore[return-value]


@torch.no_grad()
def test_the_reveal_is_exact_with_the_payload_that_was_lost(
    net: Invertible, pair: tuple[Tensor, Tensor]
) -> None:
    secret, cover = pair
    stego, lost = net.conceal(secret, cover)
    assert len(net.blocks) == BLOCKS
    assert (stego - cover).abs().max() > 0.01
    assert (net.reveal(stego, lost) - secret).abs().max() < 1e-7
    assert torch.equal(net.hide(secret, cover), stego)
    draw = torch.Generator().manual_seed(0)
    assert (net.recover(stego, draw) - secret).abs().max() > 0.01


@torch.no_grad()
def test_a_fresh_network_leaves_both_as_they_are(pair: tuple[Tensor, Tensor]) -> None:
    secret, cover = pair
    for made in (HiNet(RIVALS["hinet"]).double(), Isn(RIVALS["isn"]).double()):
        stego, lost = made.conceal(secret, cover)
        assert torch.allclose(stego, cover, atol=1e-12)
        assert torch.allclose(made.join(lost), secret, atol=1e-12)


def test_losses_weigh_reveal_stego_and_the_low_band() -> None:
    grey = torch.full((2, 3, 8, 8), 0.5)
    hinet, isn = HiNet(RIVALS["hinet"]), Isn(RIVALS["isn"])
    # A flat change of 0.1 lies in the low band alone, where it is 0.2 at a quarter of the places.
    flat = hinet.own_loss((grey, grey), (grey + 0.1, grey))
    assert float(flat) == pytest.approx(0.01 + 0.01, abs=1e-6)
    checks = torch.ones(8, 8)
    checks[::2, 1::2] = checks[1::2, ::2] = -1
    fine = hinet.own_loss((grey, grey), (grey + 0.1 * checks, grey + 0.2))
    assert float(fine) == pytest.approx(0.01 + 5 * 0.04, abs=1e-6)
    assert float(isn.own_loss((grey, grey), (grey + 0.1, grey + 0.2))) == pytest.approx(0.21)


def test_what_stands_in_for_the_lost_payload() -> None:
    hinet, isn = HiNet(RIVALS["hinet"]), Isn(RIVALS["isn"])
    one, again, other = (
        hinet.missing(torch.zeros(1, 12, 32, 32), torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    )
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert 0.9 < float(one.std()) < 1.1  # 12,288 normal numbers: 15 of its own deviations away
    zeros = isn.missing(torch.ones(1, 3, 4, 4), torch.Generator())
    assert not zeros.any()
