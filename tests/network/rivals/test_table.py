"""Every rival: its published size, its pictures, its loss, and what it learns from a few steps."""

import pytest
import torch
from torch import Tensor

from sshr.network.kinds import build
from sshr.network.rivals.config import RIVALS, SYSTEMS, RivalConfig
from sshr.network.rivals.rival import RivalNet
from sshr.network.rivals.table import CLASSES, build_rival

PARAMETERS = {
    "hidden": 582_342 + 76_097,  # encoder and decoder, critic
    "baluja": 798_300 + 1_173_753 + 798_753,
    "weng": 41_832_067 + 742_659,
    "udh": 16_659_075 + 742_659,
    "isn": 2_996_160,
    "hinet": 4_050_240,
}


def pair(count: int, side: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Smooth pictures: secret and cover."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(2 * count, 3, 4, 4, generator=generator)
    pictures = torch.nn.functional.interpolate(coarse, (side, side), mode="bicubic").clamp(0, 1)
    secret, cover = pictures.chunk(2)
    return secret, cover


def test_the_table_names_every_system() -> None:
    assert tuple(CLASSES) == SYSTEMS == tuple(PARAMETERS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_rival_has_the_published_size_and_trains_by_its_own_loss(system: str) -> None:
    torch.manual_seed(0)
    net = build_rival(RIVALS[system])
    assert type(net) is CLASSES[system]
    assert net.parameter_count() == PARAMETERS[system]
    count = 2 if net.multiple == 128 else 1
    secret, cover = pair(count, max(net.multiple, 32))
    draw = torch.Generator().manual_seed(0)
    key = net.symmetric_key(torch.zeros(count, 0), torch.zeros(count, 0))
    found = net.exchange((secret, cover), key, draw, lambda made, reference: made)
    for picture in found:
        assert picture.shape == secret.shape
        assert torch.isfinite(picture).all()
    loss = net.own_loss((secret, cover), found)
    gradients = torch.autograd.grad(loss, list(net.parameters()), allow_unused=True)
    assert loss.shape == ()
    assert all(g is not None and torch.isfinite(g).all() for g in gradients)


def test_the_kinds_of_network_know_the_rivals() -> None:
    net = build(RivalConfig("hidden"))
    assert isinstance(net, RivalNet)
    assert net.config == RivalConfig("hidden")
