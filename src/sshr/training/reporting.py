"""What a run tells: log.csv, TensorBoard, and lines or a progress bar on the terminal."""

import csv
import sys
import time
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Callback
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor

from sshr.training.module import StepReport, TrainingModule
from sshr.training.photos import Say

LOG = "log.csv"
BOARD = "tensorboard"
COLUMNS = (
    *("step", "seconds", "stego", "revealed", "total", "loss", "rate", "grad_norm"),
    *("skipped", "rollbacks", "data_wait", "crops_per_second"),
)


class CsvLog:
    """Rows of COLUMNS; a resumed run first drops the rows after its checkpoint."""

    def __init__(self, path: Path, step: int) -> None:
        self.path = path
        kept: list[list[str]] = []
        if path.exists():
            with path.open(newline="") as file:
                kept = [row for row in list(csv.reader(file))[1:] if _is_before(row, step)]
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([list(COLUMNS), *kept])

    def add(self, row: dict[str, float]) -> None:
        """Append one row and let others see it."""
        with self.path.open("a", newline="") as file:
            csv.writer(file).writerow([f"{row[name]:.6g}" for name in COLUMNS])


def _is_before(row: list[str], step: int) -> bool:
    return len(row) == len(COLUMNS) and row[0].isdigit() and int(row[0]) <= step


def picture_grid(pictures: tuple[Tensor, ...]) -> Tensor:
    """(3, H, 5 W) in [0, 1]: secret, reference, stego, x10 residual on grey, revealed."""
    secret, reference, stego, revealed = pictures
    residual = 0.5 + 10 * (stego - reference)
    return torch.cat([secret, reference, stego, residual, revealed], dim=-1).clamp(0, 1)


class Reporter(Callback):
    """Means since the last row, every `log_every` steps; they travel in the checkpoint.

    `data_wait` is the share of the time that was spent waiting for data.
    """

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder = folder
        self.say = say
        self.sums = [0.0] * 4
        self.count = 0
        self.waited = self.worked = 0.0
        self._log: CsvLog | None = None
        self._board: Any = None
        self._bar: Progress | None = None
        self._mark = 0.0

    def state_dict(self) -> dict[str, Any]:
        names = ("sums", "count", "waited", "worked")
        return {name: getattr(self, name) for name in names}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.sums, self.count = list(state_dict["sums"]), int(state_dict["count"])
        self.waited, self.worked = float(state_dict["waited"]), float(state_dict["worked"])

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        assert isinstance(module, TrainingModule)
        self._mark = time.monotonic()
        if not trainer.is_global_zero:
            return
        from torch.utils.tensorboard import SummaryWriter

        self._log = CsvLog(self.folder / LOG, module.step)
        self._board = SummaryWriter(str(self.folder / BOARD), purge_step=module.step + 1)
        if sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            total = module.recipe.schedule.steps
            self._bar.add_task("training", total=total, completed=module.step)
            self._bar.start()

    def on_train_batch_start(
        self,
        trainer: lightning.Trainer,
        module: lightning.LightningModule,
        batch: Any,
        batch_idx: int,
    ) -> None:
        self.waited += self.lap(module)

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        assert isinstance(module, TrainingModule)
        self.worked += self.lap(module)
        self._add(module.last)
        if module.last.verdict != "take" and trainer.is_global_zero:
            self._tell_trouble(module)
        part = module.recipe.report
        if trainer.is_global_zero:
            if module.step % part.images_every == 0 or module.step == 1:
                grid = picture_grid(module.last.pictures)
                self._board.add_image(
                    "secret, reference, stego, x10 residual, revealed", grid, module.step
                )
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], completed=module.step)
        if module.step % part.log_every == 0:
            if trainer.is_global_zero:
                self._tell(self._row(module, trainer.world_size))
            self.sums, self.count = [0.0] * 4, 0
            self.waited = self.worked = 0.0

    def on_train_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self._close()

    def on_exception(
        self,
        trainer: lightning.Trainer,
        module: lightning.LightningModule,
        exception: BaseException,
    ) -> None:
        self._close()

    def lap(self, module: lightning.LightningModule) -> float:
        """Seconds since the last call, which count as training time."""
        assert isinstance(module, TrainingModule)
        now = time.monotonic()
        passed, self._mark = now - self._mark, now
        module.seconds += passed
        return passed

    def _add(self, last: StepReport) -> None:
        if last.verdict == "take":
            own = (last.stego_psnr, last.revealed_psnr, last.loss, last.grad_norm)
            self.sums = [total + value for total, value in zip(self.sums, own, strict=True)]
            self.count += 1

    def _row(self, module: TrainingModule, world: int) -> dict[str, float]:
        stego, revealed, loss, norm = (total / max(1, self.count) for total in self.sums)
        data, passed = module.recipe.data, max(self.waited + self.worked, 1e-9)
        crops = 2 * data.batch * data.accumulate * world * module.recipe.report.log_every
        return {
            "step": module.step,
            "seconds": module.seconds,
            "stego": stego,
            "revealed": revealed,
            "total": stego + revealed,
            "loss": loss,
            "rate": module.last.rate,
            "grad_norm": norm,
            "skipped": module.guard.skipped,
            "rollbacks": module.guard.rollbacks,
            "data_wait": self.waited / passed,
            "crops_per_second": crops / passed,
        }

    def _tell(self, row: dict[str, float]) -> None:
        assert self._log is not None
        self._log.add(row)
        step = int(row["step"])
        for name, value in row.items():
            if name != "step":
                self._board.add_scalar(name, value, step)
        self._board.flush()
        psnr = f"stego {row['stego']:.2f} + revealed {row['revealed']:.2f} = {row['total']:.2f} dB"
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], description=psnr)
        else:
            speed = f"{row['crops_per_second']:.1f} crops/s, {row['data_wait']:.1%} waiting"
            self.say(f"step {step}, {row['seconds']:.0f} s: {psnr}, {speed}")

    def _tell_trouble(self, module: TrainingModule) -> None:
        last, guard = module.last, module.guard
        facts = f"step {module.step}: loss {last.loss:.4g}, gradient {last.grad_norm:.4g}"
        if last.verdict == "skip":
            self.say(f"{facts}: skipped ({guard.skipped} so far)")
        else:
            self.say(f"{facts}: back to the last good weights, rate x{guard.factor:.3g}")

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        if self._board is not None:
            self._board.close()
            self._board = None


class Waiting(Callback):
    """The last callback of all: what the others do, saving above all, is no wait for data."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self.reporter.lap(module)

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        self.reporter.lap(module)
