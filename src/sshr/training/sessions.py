"""When a session ends and what it leaves: checkpoints, and the end on a signal or a time limit."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from sshr.training.module import TrainingModule
from sshr.zoo.checkpoint import save_checkpoint

LAST = "last.ckpt"
MODEL = "model.safetensors"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


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


class Saver:
    """Writes RUN_DIR/last.ckpt and RUN_DIR/model.safetensors (averaged weights)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saved = time.monotonic()

    def begin(self, module: TrainingModule) -> None:
        """Save what the session starts from, after removing what a killed one was writing."""
        if module.global_rank == 0:
            for name in (LAST, MODEL):
                for left in self.folder.glob(f".{name}.*.tmp"):
                    left.unlink(missing_ok=True)
        self.save(module)

    def step(self, module: TrainingModule) -> None:
        """Save when it is time, and what a session ends with."""
        part = module.recipe.report
        late = module.any_device(time.monotonic() - self.saved > part.save_minutes * 60)
        ends = module.trainer.should_stop or module.step == module.recipe.schedule.steps
        if module.step % part.save_every == 0 or late or ends:
            self.save(module)

    def save(self, module: TrainingModule) -> None:
        """Both files, each whole or not at all."""
        if module.global_rank == 0:
            with replaced(self.folder / LAST) as temporary:
                torch.save(module.trainer._checkpoint_connector.dump_checkpoint(), temporary)
            with replaced(self.folder / MODEL) as temporary:
                save_checkpoint(module.average.averaged(module.net), temporary)
        self.saved = time.monotonic()


class Stopper:
    """Ends the session after the step in which SIGINT or SIGTERM comes or the time is up.

    Attributes:
        signal: the one that came, or None.
    """

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.signal: int | None = None
        self._before: dict[int, Any] = {n: signal.getsignal(n) for n in _SIGNALS}
        self._started = 0.0

    def begin(self, module: TrainingModule) -> None:
        """Take over the signals, from Lightning too."""
        self._started = time.monotonic()
        for number in _SIGNALS:
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None and number == signal.SIGINT:
            raise KeyboardInterrupt  # asked twice: at once
        self.signal = number

    def step(self, module: TrainingModule) -> None:
        """End the session if it is to end."""
        over = self.seconds is not None and time.monotonic() - self._started >= self.seconds
        if module.any_device(over or self.signal is not None):
            module.trainer.should_stop = True

    def close(self) -> None:
        """Give the signals back to whoever had them when this was made."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
