"""What a run tells: log.csv, TensorBoard, and lines or a progress bar on the terminal."""

import csv
import sys
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor

from sshr.training.module import TrainingModule
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
                whole = [row for row in list(csv.reader(file))[1:] if len(row) == len(COLUMNS)]
                kept = [row for row in whole if row[0].isdigit() and int(row[0]) <= step]
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([list(COLUMNS), *kept])

    def add(self, row: dict[str, float]) -> None:
        """Append one row and let others see it."""
        with self.path.open("a", newline="") as file:
            csv.writer(file).writerow([f"{row[name]:.6g}" for name in COLUMNS])


def picture_grid(pictures: tuple[Tensor, ...]) -> Tensor:
    """(3, H, 5 W) in [0, 1]: secret, reference, stego, x10 residual on grey, revealed."""
    secret, reference, stego, revealed = pictures
    residual = 0.5 + 10 * (stego - reference)
    return torch.cat([secret, reference, stego, residual, revealed], dim=-1).clamp(0, 1)


class Reporter:
    """Means since the last row, every `log_every` steps.

    `data_wait` is the share of the time that was spent waiting for data.
    """

    def __init__(self, folder: Path, say: Say) -> None:
        self.folder = folder
        self.say = say
        self._log: CsvLog | None = None
        self._board: Any = None
        self._bar: Progress | None = None

    def begin(self, module: TrainingModule) -> None:
        """Open what is written to; the first device speaks for all."""
        if module.global_rank:
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

    def step(self, module: TrainingModule) -> None:
        """Tell what is due after this step."""
        part = module.recipe.report
        if self._log is not None:
            if module.last.verdict != "take":
                self._tell_trouble(module)
            if module.step % part.images_every == 0 or module.step == 1:
                grid = picture_grid(module.last.pictures)
                title = "secret, reference, stego, x10 residual, revealed"
                self._board.add_image(title, grid, module.step)
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], completed=module.step)
        if module.step % part.log_every == 0:
            if self._log is not None:
                self._tell(self._row(module), self._log)
            module.sums = [0.0] * len(module.sums)
            module.waited = module.worked = 0.0

    def _row(self, module: TrainingModule) -> dict[str, float]:
        *sums, count = module.sums
        stego, revealed, loss, norm = (total / max(1, count) for total in sums)
        data, passed = module.recipe.data, max(module.waited + module.worked, 1e-9)
        crops = 2 * data.batch * data.accumulate * module.world() * module.recipe.report.log_every
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
            "data_wait": module.waited / passed,
            "crops_per_second": crops / passed,
        }

    def _tell(self, row: dict[str, float], log: CsvLog) -> None:
        log.add(row)
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

    def close(self) -> None:
        """Close what `begin` opened."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        if self._board is not None:
            self._board.close()
            self._board = None
