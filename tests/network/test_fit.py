"""The linear start that is fitted to a set of pictures."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.config import ModelConfig
from sshr.network.exact import ExactSteps
from sshr.network.fit import ring_of
from sshr.network.model import SshrNet

NETS: dict[str, dict[str, object]] = {
    "mixed": {"mixed": True},
    "ranked": {},
    "by frequency": {"ranked": False},
    "nearest rounding": {"shaping": 0.0},
    "blocks": {"bank": "block", "shaping": 0.0, "ranked": False},
    "haar": {"bank": "haar", "shaping": 0.0, "ranked": False},
}
ALL = pytest.mark.parametrize("name", NETS)


Pictures = Callable[..., Tensor]


def crops(pictures: Pictures, count: int = 8, seed: int = 1) -> Tensor:
    """Half of them with texture."""
    pieces = pictures(count, seed=seed)
    texture = torch.randn(pieces.shape, generator=torch.Generator().manual_seed(seed))
    strength = torch.linspace(0, 0.08, count).view(-1, 1, 1, 1)
    return (pieces + strength * texture).clamp(0, 1)


@pytest.fixture
def made(
    exact_config: Callable[..., ModelConfig], fitted: Callable[..., SshrNet]
) -> Callable[..., SshrNet]:
    """The network of a row of `NETS`, fitted to these pictures."""
    return lambda name, images: fitted(exact_config(**NETS[name]), images)


@pytest.mark.parametrize("rings", [1, 5, 20, 300])
def test_rings_are_steps_of_log_power(rings: int) -> None:
    power = torch.logspace(-6, 1, 192, dtype=torch.float64)
    power = power[torch.randperm(192)]
    ring = ring_of(power, rings)
    order = power.argsort(descending=True)
    steps = ring[order].diff()
    assert int(ring.min()) == 0
    assert bool(((steps == 0) | (steps == 1)).all())  # monotone, and none is left out
    assert int(ring.max()) == min(rings, 192) - 1
    if rings <= 20:
        span = torch.tensor([power[ring == i].log().aminmax() for i in range(rings)])
        assert float((span[:, 1] - span[:, 0]).max()) <= 7 * 2.303 / rings + 1e-6


def test_rings_of_a_gap_and_of_equal_powers() -> None:
    power = torch.tensor([1e-6, 1.0, 2e-6, 1.1], dtype=torch.float64)
    assert ring_of(power, 20).tolist()[1::2] == [0, 0]
    assert ring_of(power, 20).max() <= 2  # what lies in the gap is no ring
    assert ring_of(torch.ones(7), 5).tolist() == [0] * 7


@ALL
def test_a_fit_is_finite_and_is_the_start_to_go_back_to(
    name: str, made: Callable[..., SshrNet], pictures: Pictures
) -> None:
    body = made(name, crops(pictures)).body
    assert isinstance(body, ExactSteps)
    for value in body.state_dict().values():
        assert bool(torch.isfinite(value.float()).all())
    assert float(body.log_gain.detach().max()) == pytest.approx(-1)
    assert torch.equal(body.shares, torch.bincount(body.groups, minlength=8).float())
    assert float(body.shares.sum()) == 192
    shares = body.shares.double()
    mean_log = float((body.log_target.double() * shares).sum() / shares.sum())
    assert mean_log == pytest.approx(0, abs=0.02)
    before = body.log_gain.detach().clone()
    with torch.no_grad():
        body.log_gain.add_(0.3)
    body.untrain()
    assert torch.equal(body.log_gain, before)


def test_rings_follow_the_power_of_the_kernels(
    made: Callable[..., SshrNet], pictures: Pictures
) -> None:
    images = crops(pictures)
    body = made("mixed", images).body
    assert isinstance(body, ExactSteps)
    power = body.blocks.split(body.transform.planes(images)).square().mean((0, 2, 3))
    means = [float(power[body.groups == i].mean()) for i in range(8) if body.shares[i]]
    assert means == sorted(means, reverse=True)
    assert body.groups[0] == 0  # the mean of a block's luma is the loudest
    assert torch.allclose(body.companding.size, power.sqrt(), rtol=1e-3, atol=1e-4)
    # Rounding is quiet where much is sent.
    quiet = body.log_noise[body.shares > 0]
    assert float(quiet[0]) == float(quiet.min())
    assert float(quiet[0]) < -2 < 0 < float(quiet.max())


def test_ranks_are_those_of_the_classes(made: Callable[..., SshrNet], pictures: Pictures) -> None:
    images = crops(pictures)
    body = made("ranked", images).body
    assert isinstance(body, ExactSteps)
    assert sorted(body.rank.tolist()) == list(range(24))
    plain = body.carrier()
    power = plain.row(body.transform.planes(images)).square().mean(0)
    classes = plain.class_of((64, 64))
    means = [float(power[classes == i].mean()) for i in body.rank.argsort() if (classes == i).any()]
    assert means == sorted(means, reverse=True)


@pytest.mark.parametrize("name", ["mixed", "ranked", "haar"])
def test_no_other_gains_reveal_more(
    name: str,
    made: Callable[..., SshrNet],
    pictures: Pictures,
    mix_for: Callable,
    decibels: Callable[[Tensor, Tensor], Tensor],
) -> None:
    """Power ~ sqrt(noise x signal) is the best use of the stego's power: tilt it, and it is worse.

    Against Gaussian noise like that of rounding, on the pictures of the fit.
    """
    images = crops(pictures)
    net = made(name, images)
    body, reference = net.body, torch.full_like(images, 0.5)
    assert isinstance(body, ExactSteps)
    key, mix = torch.zeros(1, 16), mix_for(net, reference)
    best = body.log_gain.clone()
    seen = best.argsort().argsort() / len(best) - 0.5

    def passed() -> tuple[Tensor, Tensor]:
        stego, scales = net.conceal_at_once(images, reference, key, mix)
        stego = stego + net.rounding_noise(reference, torch.Generator().manual_seed(3))
        return stego, net.reveal_at_once(stego, reference, key, scales, mix)

    def revealed() -> float:
        return float((passed()[1] - images).square().mean().log10() * -10)

    start = revealed()
    for tilt in (-1.0, 1.0):
        body.log_gain.copy_(best + tilt * seen)
        assert revealed() < start
    body.log_gain.copy_(best)
    assert start > 33
    assert float(decibels(passed()[0], reference).mean()) == pytest.approx(41.1, abs=0.3)
