"""The training loop: it learns, survives a bad step and leaves the averaged weights behind."""

import copy
import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sshr.network.base import BaseNet
from sshr.network.model import StegoNet
from sshr.network.paper import PaperNet
from sshr.training import loop
from sshr.training.data import CropSampler
from sshr.training.fit import band_energies, fit_gains
from sshr.training.loop import LoopConfig, Progress, pass_pair, train
from sshr.training.losses import decibel

Photos = Callable[..., list[Tensor]]


def config(**changes: object) -> LoopConfig:
    small: dict = {"seconds": 20, "batch": 2, "crop": 64, "rate": 3e-3, "warm_up": 5}
    return LoopConfig(**(small | changes))


def run(net: StegoNet, photos: list[Tensor], settings: LoopConfig, every: int) -> list[Progress]:
    features = torch.rand(len(photos), 256, generator=torch.Generator().manual_seed(2))
    sampler = CropSampler(photos, settings.crop, settings.seed)
    return list(train(net, sampler, features, settings, report_every=every))


@torch.no_grad()
def sum_of_psnr(net: StegoNet, photos: list[Tensor]) -> float:
    """Stego + revealed PSNR in dB over fixed pairs of unseen crops."""
    images, _ = CropSampler(photos, 64, 99).sample(12)
    secret, reference = images.chunk(2)
    key = net.keys.symmetric_key(net.keys.public_key(torch.ones(1, 256)), torch.ones(1, 256))
    stego, revealed = pass_pair(net, secret, reference, key, 0, "png")
    return -float((decibel(stego, reference) + decibel(revealed, secret)).mean())


@pytest.mark.usefixtures("clock")
def test_training_beats_the_linear_start(base_net: BaseNet, photos: Photos) -> None:
    # One-level Haar leaves most to learn.
    net = BaseNet(dataclasses.replace(base_net.config, transform="haar:1"))
    pictures, unseen = photos(12), photos(12, seed=7)
    crops, _ = CropSampler(pictures, 64, 1).sample(12)
    fit_gains(net, *band_energies(net, crops), steps=100)
    before = sum_of_psnr(net, unseen)
    progress = run(net, pictures, config(seconds=42, average=0.8), every=20)
    assert [p.step for p in progress] == [20, 40]
    assert 20 <= progress[0].seconds < progress[1].seconds <= 43
    assert sum_of_psnr(net, unseen) > before + 0.15
    net.untrain()
    assert sum_of_psnr(net, unseen) == pytest.approx(before, abs=0.02)


@pytest.mark.usefixtures("clock")
def test_progress_is_the_mean_since_the_last_report(
    base_net: BaseNet, photos: Photos, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[float]] = []
    original = loop.pass_pair

    def watched(
        net: StegoNet, secret: Tensor, reference: Tensor, *rest: object
    ) -> tuple[Tensor, Tensor]:
        stego, revealed = original(net, secret, reference, *rest)
        pair = decibel(stego, reference).mean(), decibel(revealed, secret).mean()
        seen.append([-float(value.detach()) for value in pair])
        return stego, revealed

    monkeypatch.setattr(loop, "pass_pair", watched)
    progress = run(base_net, photos(4), config(seconds=9), every=3)
    assert [p.step for p in progress] == [3, 6]
    for index, report in enumerate(progress):
        means = torch.tensor(seen[3 * index : 3 * index + 3]).mean(0).tolist()
        assert [report.stego, report.revealed] == pytest.approx(means, abs=1e-3)


@pytest.mark.usefixtures("clock")
def test_paper_trains_with_its_own_loss(paper_net: PaperNet, photos: Photos) -> None:
    before = copy.deepcopy(paper_net.state_dict())
    progress = run(paper_net, photos(4), config(seconds=7, loss="paper"), every=2)
    assert [p.step for p in progress] == [2, 4]
    after = paper_net.state_dict()
    assert all(bool(torch.isfinite(value.float()).all()) for value in after.values())
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert any("influence" in name for name in changed)
    assert not any(name.startswith("features.") for name in changed)  # AlexNet is frozen


@pytest.mark.usefixtures("clock")
def test_the_same_seed_trains_the_same_network(base_net: BaseNet, photos: Photos) -> None:
    twin, other = copy.deepcopy(base_net), copy.deepcopy(base_net)
    run(base_net, photos(4), config(seconds=4), every=1)
    run(twin, photos(4), config(seconds=4), every=1)
    run(other, photos(4), config(seconds=4, seed=2), every=1)
    states = [net.state_dict() for net in (base_net, twin, other)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert any(not torch.equal(states[0][name], states[2][name]) for name in states[0])


@pytest.mark.usefixtures("clock")
def test_steps_without_a_finite_loss_are_left_out(
    base_net: BaseNet, photos: Photos, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, original, calls = copy.deepcopy(base_net.state_dict()), loop.rate_controlled_loss, [0]

    def broken(*arguments: Tensor) -> Tensor:
        calls[0] += 1
        loss = original(*arguments)
        return loss * (float("nan") if calls[0] in bad else 1.0)

    monkeypatch.setattr(loop, "rate_controlled_loss", broken)
    bad: set[int] = set(range(99))
    run(base_net, photos(4), config(seconds=4), every=99)
    assert calls[0] == 3
    state = base_net.state_dict()
    assert all(torch.equal(state[name], start[name]) for name in start)

    bad, calls[0] = {2}, 0
    run(base_net, photos(4), config(seconds=5), every=99)
    assert calls[0] == 4
    state = base_net.state_dict()
    assert all(bool(torch.isfinite(value.float()).all()) for value in state.values())
    assert any(not torch.equal(state[name], start[name]) for name in start)


@pytest.mark.usefixtures("clock")
def test_the_averaged_weights_are_left_behind(base_net: BaseNet, photos: Photos) -> None:
    watched = base_net.gains.log_gain
    features = torch.rand(4, 256)
    sampler = CropSampler(photos(4), 64, 1)
    expected, step = watched.detach().clone(), 0
    for progress in train(base_net, sampler, features, config(seconds=14), report_every=1):
        step = progress.step
        keep = min(0.998, step / (step + 10))
        expected = keep * expected + (1 - keep) * watched.detach()
        last = watched.detach().clone()
    assert step >= 5
    assert torch.allclose(watched.detach(), expected, atol=1e-5)
    assert float((last - expected).abs().max()) > 1e-4


@pytest.mark.parametrize(
    "changes",
    [{"crop": 63}, {"crop": 48}, {"crop": 72}, {"seconds": 0}, {"batch": 0}, {"loss": "l1"}],
)
def test_impossible_settings_are_refused(changes: dict) -> None:
    with pytest.raises(ValueError, match=r"."):
        config(**changes)


def test_unknown_channels_are_refused(base_net: BaseNet, photos: Photos) -> None:
    with pytest.raises(ValueError, match="unknown channel"):
        run(base_net, photos(4), config(channel="jpeg"), every=1)
