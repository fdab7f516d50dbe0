"""Training steps: they learn, survive bad ones, and average the weights."""

import copy
import dataclasses
import math
from collections.abc import Callable
from typing import Any

import lightning
import pytest
import torch
from torch import Tensor

from sshr.errors import TrainingError
from sshr.network.base import BaseNet
from sshr.network.model import StegoNet
from sshr.network.paper import PaperNet
from sshr.training import objective
from sshr.training.average import learned
from sshr.training.losses import decibel
from sshr.training.module import TrainingModule, step_seed
from sshr.training.objective import batch_outcome
from sshr.training.passing import pass_pair
from sshr.training.recipe import Recipe
from sshr.training.start import linear_start

Fit = Callable[..., TrainingModule]
Photos = Callable[..., list[Tensor]]
Recipes = Callable[..., Recipe]


class Diary(lightning.Callback):
    """Verdicts, reports and a copy of the learned weights after every step."""

    def __init__(self) -> None:
        self.reports: list[Any] = []
        self.weights: list[list[Tensor]] = []

    def on_train_batch_end(self, trainer: Any, module: Any, *rest: Any) -> None:
        self.reports.append(module.last)
        self.weights.append([p.detach().clone() for p in learned(module.net)])

    @property
    def verdicts(self) -> list[str]:
        return [report.verdict for report in self.reports]


def same(one: list[Tensor], other: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@torch.no_grad()
def sum_of_psnr(net: StegoNet, images: Tensor) -> float:
    """Stego + revealed PSNR in dB over fixed pairs."""
    secret, reference = images.chunk(2)
    key = net.keys.symmetric_key(net.keys.public_key(torch.ones(1, 256)), torch.ones(1, 256))
    stego, revealed = pass_pair(net, secret, reference, key, 0, "png")
    return -float((decibel(stego, reference) + decibel(revealed, secret)).mean())


def test_training_beats_the_linear_start(
    base_net: BaseNet,
    photos: Photos,
    crops_of: Callable[..., Tensor],
    recipe: Recipes,
    module_of: Fit,
    fit: Fit,
) -> None:
    # One-level Haar leaves most to learn.
    net = BaseNet(dataclasses.replace(base_net.config, transform="haar:1"))
    error = linear_start(net, crops_of(12))
    assert error is not None
    assert error < -30
    unseen = crops_of(12, seed=7)
    before = sum_of_psnr(net, unseen)
    own = recipe(schedule={"steps": 42}, optimiser={"average": 0.8})
    module = fit(module_of(net, photos(12), own))
    assert sum_of_psnr(module.average.averaged(net), unseen) > before + 0.15


def test_paper_trains_with_its_own_loss(
    paper_net: PaperNet,
    photos: Photos,
    crops_of: Callable[..., Tensor],
    recipe: Recipes,
    module_of: Fit,
    fit: Fit,
) -> None:
    own = recipe(preset="paper", loss={"kind": "paper", "wrong_key": 0.1}, schedule={"steps": 12})
    secret, reference = crops_of(4).chunk(2)
    keys = torch.rand(2, 2, 256).unbind()

    def loss() -> float:
        outcome = batch_outcome(paper_net, own.loss, (secret, reference), keys, 0, "png")
        return float(outcome.loss.detach())

    before, start = copy.deepcopy(paper_net.state_dict()), loss()
    fit(module_of(paper_net, photos(4), own))
    assert loss() < start - 0.01
    after = paper_net.state_dict()
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert any("influence" in name for name in changed)
    assert not any(name.startswith("features.") for name in changed)  # AlexNet is frozen
    assert linear_start(paper_net, crops_of(1)) is None


def test_the_same_seed_trains_the_same_network(
    base_net: BaseNet, photos: Photos, recipe: Recipes, module_of: Fit, fit: Fit
) -> None:
    nets = [base_net, copy.deepcopy(base_net), copy.deepcopy(base_net)]
    for net, seed in zip(nets, (1, 1, 2), strict=True):
        fit(module_of(net, photos(4), recipe(seed=seed, schedule={"steps": 3})))
    ends = [learned(net) for net in nets]
    assert same(ends[0], ends[1])
    assert not same(ends[0], ends[2])


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Steps (from 0) whose loss is not a number."""
    bad: set[int] = set()
    calls, original = [0], objective.rate_controlled_loss

    def loss(*arguments: Any) -> Tensor:
        value = original(*arguments)
        calls[0] += 1
        return value * (math.nan if calls[0] - 1 in bad else 1.0)

    monkeypatch.setattr(objective, "rate_controlled_loss", loss)
    return bad


def test_a_bad_step_changes_nothing(
    base_net: BaseNet,
    photos: Photos,
    recipe: Recipes,
    module_of: Fit,
    fit: Fit,
    broken: set[int],
) -> None:
    broken.update({2})
    module, diary = module_of(base_net, photos(4), recipe(schedule={"steps": 4})), Diary()
    averages: list[list[Tensor]] = []
    states: list[float] = []

    class Watch(lightning.Callback):
        def on_train_batch_end(self, trainer: Any, module: Any, *rest: Any) -> None:
            averages.append([a.clone() for a in module.average.tensors()])
            state = trainer.optimizers[0].state_dict()["state"]
            states.append(float(state[0]["step"]))

    fit(module, diary, Watch())
    assert diary.verdicts == ["take", "take", "skip", "take"]
    assert same(diary.weights[1], diary.weights[2])
    assert same(averages[1], averages[2])
    assert states == [1, 2, 2, 3]
    assert not same(diary.weights[2], diary.weights[3])
    assert module.step == 4
    assert module.guard.skipped == 1


def test_repeated_bad_steps_roll_back(
    base_net: BaseNet,
    photos: Photos,
    recipe: Recipes,
    module_of: Fit,
    fit: Fit,
    broken: set[int],
) -> None:
    broken.update({3, 4})
    own = recipe(safety={"skips": 2, "snapshot_every": 2}, schedule={"steps": 7})
    module, diary = module_of(base_net, photos(4), own), Diary()
    fit(module, diary)
    assert diary.verdicts == ["take"] * 3 + ["skip", "roll back"] + ["take"] * 2
    assert not same(diary.weights[1], diary.weights[3])
    assert same(diary.weights[1], diary.weights[4])  # the snapshot after step 2
    plain = module.rate_at(5) / module.guard.factor
    assert module.guard.factor == pytest.approx(0.3)
    assert diary.reports[5].rate == pytest.approx(0.3 * plain)
    assert all(bool(torch.isfinite(p).all()) for p in learned(module.net))


def test_endless_explosions_end_the_run(
    base_net: BaseNet,
    photos: Photos,
    recipe: Recipes,
    module_of: Fit,
    fit: Fit,
    broken: set[int],
) -> None:
    broken.update(range(99))
    own = recipe(safety={"skips": 1}, schedule={"steps": 30})
    with pytest.raises(TrainingError, match="explodes again and again"):
        fit(module_of(base_net, photos(4), own))


def test_the_average_follows_the_weights(
    base_net: BaseNet, photos: Photos, recipe: Recipes, module_of: Fit, fit: Fit
) -> None:
    diary = Diary()
    expected = [p.detach().clone() for p in learned(base_net)]
    module = fit(module_of(base_net, photos(4), recipe(schedule={"steps": 8})), diary)
    for step, weights in enumerate(diary.weights, 1):
        keep = min(0.998, step / (step + 10))
        expected = [keep * e + (1 - keep) * w for e, w in zip(expected, weights, strict=True)]
    for value, average in zip(expected, module.average.tensors(), strict=True):
        assert torch.allclose(value, average, atol=1e-5)
    averaged = module.average.averaged(module.net)
    assert same(list(learned(averaged)), module.average.tensors())
    assert same(learned(module.net), diary.weights[-1])


def test_the_rate_warms_up_and_falls(
    base_net: BaseNet, photos: Photos, recipe: Recipes, module_of: Fit
) -> None:
    module = module_of(base_net, photos(2), recipe(schedule={"steps": 100}))
    rates = [module.rate_at(step) for step in range(100)]
    assert rates[0] == pytest.approx(3e-3 / 5, rel=0.01)
    assert rates.index(max(rates)) == 4
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert rates[50] == pytest.approx(1.5e-3)
    assert rates[99] < 1e-5


def test_seeds_differ_by_step_and_part() -> None:
    seeds = {step_seed(1, step, part) for step in range(50) for part in range(4)}
    assert len(seeds) == 200
    assert step_seed(2, 0, 0) not in seeds
    assert all(0 <= seed < 2**63 for seed in seeds)
