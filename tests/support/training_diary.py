"""What a training run did, step by step."""

from typing import Any

import lightning
import torch
from torch import Tensor

from sshr.training.average import learned


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
