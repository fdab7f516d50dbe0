"""Training steps: they learn, repeat with their seed, and average the weights."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from training_diary import Diary, same

from sshr.network.model import SshrNet
from sshr.training.average import learned
from sshr.training.losses import decibel
from sshr.training.module import TrainingModule, step_seed
from sshr.training.objective import batch_outcome
from sshr.training.passing import pass_pair
from sshr.training.recipe import Recipe

Fit = Callable[..., TrainingModule]
Photos = Callable[..., list[Tensor]]
Recipes = Callable[..., Recipe]


@torch.no_grad()
def sum_of_psnr(net: SshrNet, images: Tensor) -> float:
    """Stego + revealed PSNR in dB over fixed pairs."""
    secret, reference = images.chunk(2)
    key = net.keys.rsrk_symmetric(net.keys.rsrk_public(torch.ones(1, 256)), torch.ones(1, 256))
    stego, revealed = pass_pair(net, secret, reference, key, 0, "shaped")
    return -float((decibel(stego, reference) + decibel(revealed, secret)).mean())


def test_training_beats_the_linear_start(
    base_net: SshrNet,
    photos: Photos,
    crops_of: Callable[..., Tensor],
    recipe: Recipes,
    module_of: Fit,
    fit: Fit,
) -> None:
    base_net.keys.whiten(torch.rand(80, 256))
    base_net.body.fit(crops_of(12))
    unseen = crops_of(12, seed=7)
    before = sum_of_psnr(base_net, unseen)
    own = recipe(schedule={"steps": 40}, optimiser={"average": 0.8}, loss={"target_psnr": 41.0})
    module = fit(module_of(base_net, photos(12), own))
    assert sum_of_psnr(module.average.averaged(base_net), unseen) > before + 0.3


def test_the_steps_as_printed_train_with_the_papers_loss(
    printed_net: SshrNet,
    photos: Photos,
    crops_of: Callable[..., Tensor],
    recipe: Recipes,
    module_of: Fit,
    fit: Fit,
) -> None:
    model = {"start": "zero"}
    part = {"kind": "paper"}
    own = recipe(
        preset="paper", model=model, loss=part, channel={"kind": "png"}, schedule={"steps": 12}
    )
    secret, reference = crops_of(4).chunk(2)
    keys = torch.rand(2, 2, 256).unbind()

    def loss() -> float:
        outcome = batch_outcome(printed_net, own.loss, (secret, reference), keys, 0, "png")
        return float(outcome.loss.detach())

    before, start = copy.deepcopy(printed_net.state_dict()), loss()
    fit(module_of(printed_net, photos(4), own))
    assert loss() < start - 0.01
    after = printed_net.state_dict()
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert any("influence" in name for name in changed)
    assert all(name.startswith("body.") for name in changed)  # keys and AlexNet are frozen


def test_a_linear_start_leaves_nothing_to_fit_in_the_printed_steps(
    printed_net: SshrNet, crops_of: Callable[..., Tensor]
) -> None:
    before = copy.deepcopy(printed_net.state_dict())
    printed_net.keys.whiten(torch.rand(80, 256))
    printed_net.body.fit(crops_of(2))
    after = printed_net.state_dict()
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert changed == {"keys.mean", "keys.white"}


def test_the_same_seed_trains_the_same_network(
    base_net: SshrNet, photos: Photos, recipe: Recipes, module_of: Fit, fit: Fit
) -> None:
    nets = [base_net, copy.deepcopy(base_net), copy.deepcopy(base_net)]
    for net, seed in zip(nets, (1, 1, 2), strict=True):
        fit(module_of(net, photos(4), recipe(seed=seed, schedule={"steps": 3})))
    ends = [learned(net) for net in nets]
    assert same(ends[0], ends[1])
    assert not same(ends[0], ends[2])


def test_the_average_follows_the_weights(
    base_net: SshrNet, photos: Photos, recipe: Recipes, module_of: Fit, fit: Fit
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
    base_net: SshrNet, photos: Photos, recipe: Recipes, module_of: Fit
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
