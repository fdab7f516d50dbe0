"""Steps whose loss is not a number: skipped, rolled back, or the end of the run."""

import math
from collections.abc import Callable
from typing import Any

import lightning
import pytest
import torch
from torch import Tensor
from training_diary import Diary, same

from sshr.errors import TrainingError
from sshr.network.model import SshrNet
from sshr.training import objective
from sshr.training.average import learned
from sshr.training.module import TrainingModule
from sshr.training.recipe import Recipe

Fit = Callable[..., TrainingModule]
Photos = Callable[..., list[Tensor]]
Recipes = Callable[..., Recipe]


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
    base_net: SshrNet,
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
    base_net: SshrNet,
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
    base_net: SshrNet,
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
