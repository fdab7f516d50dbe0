"""When a session ends and what it leaves: checkpoints, and the end on a signal or a time limit."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Callback

from sshr.training.module import TrainingModule
from sshr.zoo.checkpoint import save_checkpoint

LAST = "last.ckpt"
MODEL = "model.safetensors"


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A temporary name that takes the place of `path`, whole and on disk, when the block ends."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


class Saver(Callback):
    """Writes RUN_DIR/last.ckpt and RUN_DIR/model.safetensors (averaged weights)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saved = time.monotonic()
        self.step = -1

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        if trainer.is_global_zero:
            for name in (LAST, MODEL):  # what a killed session was writing
                for left in self.folder.glob(f".{name}.*.tmp"):
                    left.unlink(missing_ok=True)
        self.save(trainer, module)

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        assert isinstance(module, TrainingModule)
        part = module.recipe.report
        late = time.monotonic() - self.saved > part.save_minutes * 60
        if module.step % part.save_every == 0 or any_device(trainer, late):
            self.save(trainer, module)

    def on_train_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        assert isinstance(module, TrainingModule)
        if module.step != self.step:
            self.save(trainer, module)

    def save(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        """Both files, each whole or not at all."""
        assert isinstance(module, TrainingModule)
        if trainer.is_global_zero:
            with replaced(self.folder / LAST) as temporary:
                torch.save(trainer._checkpoint_connector.dump_checkpoint(), temporary)
            averaged = module.average.averaged(module.net)
            with replaced(self.folder / MODEL) as temporary:
                save_checkpoint(averaged, temporary)
        self.saved, self.step = time.monotonic(), module.step


class Stopper(Callback):
    """Ends the session after the step in which SIGINT or SIGTERM comes or the time is up.

    Attributes:
        signal: the one that came, or None.
    """

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.signal: int | None = None
        self._before: dict[int, Any] = {}
        self._started = 0.0

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self._started = time.monotonic()
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None and number == signal.SIGINT:
            raise KeyboardInterrupt  # asked twice: at once
        self.signal = number

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        over = self.seconds is not None and time.monotonic() - self._started >= self.seconds
        if any_device(trainer, over or self.signal is not None):
            trainer.should_stop = True

    def on_train_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self._restore()

    def on_exception(
        self,
        trainer: lightning.Trainer,
        module: lightning.LightningModule,
        exception: BaseException,
    ) -> None:
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()


def any_device(trainer: lightning.Trainer, own: bool) -> bool:
    """The same answer on every device: True when it is for one of them."""
    if trainer.world_size == 1:
        return own
    told = torch.tensor(float(own), device=trainer.strategy.root_device)
    torch.distributed.all_reduce(told)
    return bool(told > 0)
