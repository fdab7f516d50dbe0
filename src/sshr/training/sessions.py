"""When a session ends and what it leaves: checkpoints, and the end on a signal or a time limit."""

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from sshr.files.temporary import remove_stale, whole_file
from sshr.training.module import TrainingModule
from sshr.zoo.checkpoint import save_checkpoint

LAST = "last.ckpt"
MODEL = "model.safetensors"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Saver:
    """Writes RUN_DIR/last.ckpt and RUN_DIR/model.safetensors (averaged weights)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.saved = time.monotonic()

    def begin(self, module: TrainingModule) -> None:
        """Save what the session starts from, after removing what a killed one was writing."""
        if module.global_rank == 0:
            remove_stale(self.folder)
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
            with whole_file(self.folder / LAST, force=True) as file:
                torch.save(module.trainer._checkpoint_connector.dump_checkpoint(), file)
            save_checkpoint(module.average.averaged(module.net), self.folder / MODEL)
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
