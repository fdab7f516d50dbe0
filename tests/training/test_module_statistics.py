"""Networks with batch normalisation: what a bad step leaves in the running statistics is undone."""

import math
from collections.abc import Callable
from typing import Any

import lightning
import pytest
import torch
from torch import Tensor, nn
from training_diary import Diary, same

from sshr.network.rivals.config import RivalConfig
from sshr.network.rivals.rival import RivalNet
from sshr.training.average import statistics
from sshr.training.module import TrainingModule
from sshr.training.recipe import Recipe

Recipes = Callable[..., Recipe]
OWN: dict[str, Any] = {
    "preset": "hidden",
    "loss": {"kind": "own"},
    "channel": {"kind": "png"},
    "optimiser": {"rate": 1e-2, "average": 0.0},
}


class Shallow(RivalNet):
    """A rival of a few weights; `bad` are the steps (from 0) that it spoils."""

    def __init__(self) -> None:
        super().__init__(RivalConfig("hidden"))
        self.norm = nn.BatchNorm2d(6)
        self.both, self.back = nn.Conv2d(6, 3, 1), nn.Conv2d(3, 3, 1)
        self.bad: set[int] = set()
        self.passes = 0

    def hide(self, secret: Tensor, cover: Tensor) -> Tensor:
        spoilt = math.nan if self.passes in self.bad else 1.0
        self.passes += 1
        return self.both(self.norm(torch.cat([secret, cover], dim=1) * spoilt))

    def recover(self, stego: Tensor, draw: torch.Generator) -> Tensor:
        return self.back(stego)

    def own_loss(self, pair: tuple[Tensor, Tensor], found: tuple[Tensor, Tensor]) -> Tensor:
        (secret, cover), (stego, revealed) = pair, found
        return (stego - cover).square().mean() + (revealed - secret).square().mean()


class Watch(lightning.Callback):
    """The running statistics after every step."""

    def __init__(self) -> None:
        self.seen: list[list[Tensor]] = []

    def on_train_batch_end(self, trainer: Any, module: Any, *rest: Any) -> None:
        self.seen.append([value.clone() for value in statistics(module.net)])


@pytest.fixture
def net() -> Shallow:
    torch.manual_seed(0)
    return Shallow()


def test_a_bad_step_leaves_no_trace(
    net: Shallow,
    photos: Callable[..., list[Tensor]],
    recipe: Recipes,
    module_of: Callable[..., TrainingModule],
    fit: Callable[..., TrainingModule],
) -> None:
    net.bad.update({2, 4, 5})
    own = recipe(
        **OWN, schedule={"steps": 8}, safety={"skips": 2, "window": 2, "snapshot_every": 2}
    )
    diary, watch = Diary(), Watch()
    fit(module_of(net, photos(4), own), diary, watch)
    assert diary.verdicts == ["take", "take", "skip", "take", "skip", "roll back", "take", "take"]
    assert same(watch.seen[1], watch.seen[2])
    assert not same(watch.seen[2], watch.seen[3])
    assert same(watch.seen[3], watch.seen[4])
    assert same(watch.seen[1], watch.seen[5])  # the snapshot after step 2
    assert all(bool(torch.isfinite(value).all()) for value in watch.seen[-1])


def test_a_rival_learns_from_its_own_loss(
    net: Shallow,
    photos: Callable[..., list[Tensor]],
    recipe: Recipes,
    module_of: Callable[..., TrainingModule],
    fit: Callable[..., TrainingModule],
) -> None:
    diary = Diary()
    fit(module_of(net, photos(6), recipe(**OWN, schedule={"steps": 60})), diary)
    losses = [report.loss for report in diary.reports]
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
