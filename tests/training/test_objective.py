"""The loss of a batch: either kind, from its formula, and which weights it depends on."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.model import SshrNet
from sshr.training.average import learned
from sshr.training.losses import decibel, frequency_loss, perceptual_loss
from sshr.training.objective import batch_outcome, has_unused_parameters
from sshr.training.passing import pass_pair
from sshr.training.recipe import LossPart

RATE, PAPER = LossPart(target_psnr=40.0), LossPart(kind="paper", weights=(2.0, 0.5))


@pytest.fixture
def pair(crops_of: Callable[..., Tensor]) -> tuple[Tensor, Tensor]:
    secret, reference = crops_of(4).chunk(2)
    return secret, reference


@pytest.fixture
def features() -> tuple[Tensor, Tensor]:
    first, second = torch.rand(2, 2, 256, generator=torch.Generator().manual_seed(3)).unbind()
    return first, second


def passed(
    net: SshrNet, pair: tuple[Tensor, Tensor], features: tuple[Tensor, Tensor], via: str
) -> tuple[Tensor, Tensor]:
    k_sym = net.keys.rsrk_symmetric(net.keys.rsrk_public(features[0]), features[1])
    return pass_pair(net, *pair, k_sym, 7, via)


def test_the_rate_controlled_loss(
    base_net: SshrNet,
    pair: tuple[Tensor, Tensor],
    features: tuple[Tensor, Tensor],
    crops_of: Callable[..., Tensor],
) -> None:
    base_net.body.fit(crops_of(8))
    outcome = batch_outcome(base_net, RATE, pair, features, 7, "shaped")
    stego, revealed = (x.detach() for x in passed(base_net, pair, features, "shaped"))
    assert torch.equal(outcome.stego, stego)
    assert torch.equal(outcome.revealed, revealed)
    sent, got = -decibel(stego, pair[1]).mean(), -decibel(revealed, pair[0]).mean()
    assert float(outcome.stego_psnr) == pytest.approx(float(sent), abs=1e-4)
    assert float(outcome.revealed_psnr) == pytest.approx(float(got), abs=1e-4)
    expected = -(sent + got) + (sent - 40.0).square()
    assert outcome.loss.requires_grad
    assert float(outcome.loss.detach()) == pytest.approx(float(expected), abs=1e-3)
    assert not any(value.requires_grad for value in (outcome.stego, outcome.revealed))


def test_the_papers_loss(
    printed_net: SshrNet, pair: tuple[Tensor, Tensor], features: tuple[Tensor, Tensor]
) -> None:
    outcome = batch_outcome(printed_net, PAPER, pair, features, 7, "float")
    stego, revealed = passed(printed_net, pair, features, "float")
    pictures = (pair[1], stego, pair[0], revealed)
    bands = [printed_net.transform(picture) for picture in pictures]
    perceptual = perceptual_loss(printed_net.features, *pictures)
    expected = 2 * frequency_loss(*bands) + 0.5 * perceptual
    assert float(outcome.loss.detach()) == pytest.approx(float(expected.detach()), rel=1e-5)


@pytest.mark.parametrize("part", [RATE, PAPER])
def test_every_learned_weight_counts(part: LossPart, request: pytest.FixtureRequest) -> None:
    for name in ("base", "paper", "printed"):
        net: SshrNet = request.getfixturevalue(f"{name}_net")
        assert learned(net)
        assert not has_unused_parameters(net, part)


def test_an_idle_weight_is_noticed(base_net: SshrNet) -> None:
    base_net.idle = torch.nn.Parameter(torch.zeros(2))
    assert has_unused_parameters(base_net, RATE)
