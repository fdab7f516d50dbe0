"""What keeps an exploding loss from destroying a run: bad steps are skipped, then rolled back."""

import math
import statistics
from collections import deque
from typing import Any, Literal

from sshr.training.recipe import SafetyPart

Verdict = Literal["take", "skip", "roll back"]
MEMORY = 101  # losses that the running median looks back on
ENOUGH = 20  # losses before it is believed
WORSE = 10.0  # times, or dB


class Guard:
    """Judges every step by its loss and gradient norm; its state travels in the checkpoint.

    Attributes:
        factor: what repeated roll-backs have multiplied the rate by.
        skipped, rollbacks: counts of the whole run.
    """

    def __init__(self, part: SafetyPart, in_decibel: bool) -> None:
        self.part = part
        self.in_decibel = in_decibel
        self.losses: deque[float] = deque(maxlen=MEMORY)
        self.recent: list[int] = []
        self.factor = 1.0
        self.skipped = 0
        self.rollbacks = 0

    def judge(self, step: int, loss: float, norm: float) -> Verdict:
        """What to do with step `step`, whose loss and gradient norm are these."""
        self.recent = [s for s in self.recent if step - s < self.part.window]
        if math.isfinite(loss) and math.isfinite(norm) and not self._exploded(loss):
            self.losses.append(loss)
            return "take"
        self.skipped += 1
        self.recent.append(step)
        if len(self.recent) < self.part.skips:
            return "skip"
        self.rollbacks += 1
        self.factor *= self.part.factor
        self.recent.clear()
        # The median is found anew: a loss that has risen for a good reason must not loop here.
        self.losses.clear()
        return "roll back"

    def forget(self) -> None:
        """Start the median anew, as when the channel changes and every loss with it."""
        self.losses.clear()

    def wants_snapshot(self, step: int) -> bool:
        """True when the weights after `step` steps are worth going back to."""
        return step % self.part.snapshot_every == 0 and not self.recent

    def _exploded(self, loss: float) -> bool:
        if len(self.losses) < ENOUGH:
            return False
        median = statistics.median(self.losses)
        return loss > (median + WORSE if self.in_decibel else median * WORSE)

    def state_dict(self) -> dict[str, Any]:
        """Plain data for a checkpoint."""
        state = {name: getattr(self, name) for name in ("factor", "skipped", "rollbacks")}
        return {**state, "recent": list(self.recent), "losses": list(self.losses)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Inverse of `state_dict`."""
        self.losses = deque(state["losses"], maxlen=MEMORY)
        self.recent = list(state["recent"])
        self.factor = float(state["factor"])
        self.skipped, self.rollbacks = int(state["skipped"]), int(state["rollbacks"])
