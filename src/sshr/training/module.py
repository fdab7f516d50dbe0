"""The Lightning module: a step, its safety, the average weights, and all state of a run."""

import copy
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import lightning
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from sshr.errors import TrainingError
from sshr.network.hiding import HidingNet
from sshr.training.average import WeightAverage, learned, statistics
from sshr.training.data import CropSampler, Item, StepSampler, step_loader
from sshr.training.objective import Outcome, batch_outcome
from sshr.training.recipe import Recipe
from sshr.training.safety import Guard

Snapshot = dict[str, Any]
MAX_ROLLBACKS = 10
_COUNTS = ("step", "seconds", "waited", "worked", "sums")


@dataclass
class StepReport:
    """What the last step did. PSNRs in dB, means over the step's pairs (of this device)."""

    loss: float = math.nan
    stego_psnr: float = math.nan
    revealed_psnr: float = math.nan
    grad_norm: float = math.nan
    rate: float = math.nan
    verdict: str = "take"
    pictures: tuple[Tensor, ...] = field(default=(), repr=False)


def _put(tensors: Sequence[Tensor], values: Sequence[Tensor]) -> None:
    with torch.no_grad():
        for tensor, value in zip(tensors, values, strict=True):
            tensor.copy_(value)


class Companion(Protocol):
    """What goes along with a run: reports, saves, ends it. See `sshr.training.sessions`."""

    def begin(self, module: "TrainingModule") -> None:
        """Before the first step of a session."""

    def step(self, module: "TrainingModule") -> None:
        """After every step."""


def step_seed(seed: int, step: int, part: int) -> int:
    """Seed of everything random in one part of one step, 63 bits."""
    state = np.random.SeedSequence((seed, 2, step, part)).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))


class TrainingModule(lightning.LightningModule):
    """Trains `net` by `recipe` on crops.

    Attributes:
        step: steps that are behind, skipped ones too; the data order and the rate follow it.
        seconds: time spent in training so far, all sessions together.
        waited, worked: seconds of it since the last row of the log, for data and in steps.
        sums: of the stego's and revealed PSNR, loss and gradient of the steps taken since then,
            and their number.
    """

    photo_features: Tensor

    def __init__(
        self,
        net: HidingNet,
        recipe: Recipe,
        crops: CropSampler,
        workers: int,
        companions: Sequence[Companion] = (),
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.net = net
        self.recipe = recipe
        self.crops = crops
        self.workers = workers
        self.companions = companions
        self.average = WeightAverage(net, recipe.optimiser.average)
        self.register_buffer("photo_features", crops.photos.features, persistent=False)
        self.guard = Guard(recipe.safety, recipe.loss.kind == "rate")
        self.step = 0
        self.seconds = self.waited = self.worked = 0.0
        self.sums = [0.0] * 5
        self.last = StepReport()
        self.snapshot: Snapshot | None = None
        self._mark = 0.0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        rate = self.recipe.optimiser.rate
        return torch.optim.AdamW(learned(self.net), lr=rate, weight_decay=0.0, betas=(0.9, 0.99))

    def train_dataloader(self) -> DataLoader[Item]:
        data, stop = self.recipe.data, self.recipe.schedule.steps
        steps = StepSampler(
            self.step, stop, 2 * data.batch, data.accumulate, self.global_rank, self.world()
        )
        return step_loader(self.crops, steps, self.workers)

    def rate_at(self, step: int) -> float:
        """Learning rate: a cosine over the planned steps, warmed up, lowered by roll-backs."""
        part, steps = self.recipe.optimiser, self.recipe.schedule.steps
        cosine = 0.5 * (1 + math.cos(math.pi * step / steps))
        warm = min(1.0, (step + 1) / max(1, part.warm_up))
        return part.rate * cosine * warm * self.guard.factor

    def on_train_start(self) -> None:
        if self.snapshot is None:
            self.snapshot = self._snapshot()
        for companion in self.companions:
            companion.begin(self)
        self._mark = time.monotonic()

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        self.waited += self._lap()

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        self.worked += self._lap()
        for companion in self.companions:
            companion.step(self)
        self._lap()  # what they do, saving above all, is no wait for data

    def _lap(self) -> float:
        """Seconds since the last call, which count as training time."""
        now = time.monotonic()
        passed, self._mark = now - self._mark, now
        self.seconds += passed
        return passed

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        optimiser = self._optimiser()
        via = self.recipe.channel_at(self.step)
        if self.step and via != self.recipe.channel_at(self.step - 1):
            self.guard.forget()
        for group in optimiser.param_groups:
            group["lr"] = self.rate_at(self.step)
        optimiser.zero_grad()
        before = [value.clone() for value in statistics(self.net)]
        outcomes = self._parts(batch, via)
        parameters = learned(self.net)
        norm = torch.nn.utils.clip_grad_norm_(parameters, self.recipe.optimiser.clip)
        figures = torch.stack(
            [torch.stack([o.loss.detach(), o.stego_psnr, o.revealed_psnr]) for o in outcomes]
        ).mean(0)
        loss, stego, revealed = self.trainer.strategy.reduce(figures).tolist()
        verdict = self.guard.judge(self.step, loss, float(norm))
        if verdict == "take":
            optimiser.step()
        else:
            _put(statistics(self.net), before)
        self.step += 1
        if verdict == "take":
            own = (stego, revealed, loss, float(norm), 1.0)
            self.sums = [total + value for total, value in zip(self.sums, own, strict=True)]
            self.average.update(parameters, self.step)
            if self.guard.wants_snapshot(self.step):
                self.snapshot = self._snapshot()
        elif verdict == "roll back":
            self._roll_back()
        pictures = self._pictures(batch[0], outcomes[0])
        rate = float(optimiser.param_groups[0]["lr"])
        self.last = StepReport(loss, stego, revealed, float(norm), rate, verdict, pictures)

    def _parts(self, batch: tuple[Tensor, Tensor], via: str) -> list[Outcome]:
        """Forward and backward of every part; gradients add up to their mean."""
        count, outcomes = self.recipe.data.accumulate, []
        parts = zip(batch[0].chunk(count), batch[1].chunk(count), strict=True)
        for index, (images, photos) in enumerate(parts):
            secret, reference = (images.float() / 255).chunk(2)
            f_secret, f_reference = self.photo_features[photos].chunk(2)
            part = self.global_rank * count + index
            outcome = batch_outcome(
                self.net,
                self.recipe.loss,
                (secret, reference),
                (f_secret, f_reference),
                step_seed(self.recipe.seed, self.step, part),
                via,
            )
            self.manual_backward(outcome.loss / count)
            outcomes.append(outcome)
        return outcomes

    def _pictures(self, images: Tensor, outcome: Outcome) -> tuple[Tensor, ...]:
        """(secret, reference, stego, revealed) of the step's first pair, (3, H, W)."""
        half = len(outcome.stego)
        secret, reference = images[0].float() / 255, images[half].float() / 255
        return secret, reference, outcome.stego[0], outcome.revealed[0]

    def _optimiser(self) -> torch.optim.Optimizer:
        return cast(torch.optim.Optimizer, self.optimizers())

    def world(self) -> int:
        """How many devices share the steps."""
        return int(self.trainer.world_size)

    def any_device(self, own: bool) -> bool:
        """The same answer on every device: True when it is for one of them."""
        return self.trainer.strategy.reduce_boolean_decision(own, all=False)

    def _snapshot(self) -> Snapshot:
        """Weights, averages and optimiser, copied."""
        return copy.deepcopy(
            {
                "weights": [p.detach() for p in learned(self.net)],
                "statistics": statistics(self.net),
                "averages": self.average.tensors(),
                "optimiser": self._optimiser().state_dict(),
            }
        )

    @torch.no_grad()
    def _roll_back(self) -> None:
        if self.guard.rollbacks >= MAX_ROLLBACKS:
            raise TrainingError(
                f"step {self.step}: the loss explodes again and again; lower optimiser.rate"
            )
        assert self.snapshot is not None
        _put(learned(self.net), self.snapshot["weights"])
        _put(statistics(self.net), self.snapshot["statistics"])
        _put(self.average.tensors(), self.snapshot["averages"])
        self._optimiser().load_state_dict(copy.deepcopy(self.snapshot["optimiser"]))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        # A resumed run is a new Lightning run over the steps that are left, so its own count of
        # batches must not come back.
        checkpoint.pop("loops", None)
        checkpoint["sshr"] = {
            "recipe": self.recipe.as_dict(),
            **{name: getattr(self, name) for name in _COUNTS},
            "guard": self.guard.state_dict(),
            "snapshot": self.snapshot,
            "photographs": [path.name for path in self.crops.photos.paths],
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        state = checkpoint["sshr"]
        for name in _COUNTS:
            setattr(self, name, state.get(name, getattr(self, name)))
        self.guard.load_state_dict(state["guard"])
        self.snapshot = state["snapshot"]
        if state["photographs"] != [path.name for path in self.crops.photos.paths]:
            raise TrainingError("the photographs are not those that this run was started with")
