"""A training recipe as plain data: every part checks its own ranges."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from sshr.network.kinds import NetworkConfig, presets
from sshr.network.strict import above, one_of, read, within


@dataclass(frozen=True)
class DataPart:
    """Crops of `crop` px; a step takes `batch` pairs `accumulate` times on each device.

    `cache` keeps the decoded photographs in memory; None: when they fit in 2 GiB. `limit` uses at
    most so many photographs, evenly spread over the folder's sorted names. The linear start of
    `base` is fitted to `start_crops` crops.
    """

    crop: int = 128
    batch: int = 4
    accumulate: int = 1
    cache: bool | None = None
    limit: int | None = None
    start_crops: int = 256

    def __post_init__(self) -> None:
        if self.crop % 16 or self.crop < 64:
            raise ValueError(f"crop: {self.crop} is not a multiple of 16 from 64 up")
        above(0, batch=self.batch, accumulate=self.accumulate)
        above(7, start_crops=self.start_crops)
        if self.limit is not None:
            above(1, limit=self.limit)


@dataclass(frozen=True)
class OptimiserPart:
    """AdamW without decay. `average` is the decay of the averaged weights, which are published."""

    rate: float = 1e-3
    warm_up: int = 100
    clip: float = 1.0
    average: float = 0.998

    def __post_init__(self) -> None:
        above(0, rate=self.rate, clip=self.clip)
        above(-1, warm_up=self.warm_up)
        within(0, 0.999999, average=self.average)


@dataclass(frozen=True)
class LossPart:
    """`rate`: controlled at `target_psnr`, dB; `paper`: eq. 19-21 with `norm` and `weights`; `own`:
    that of a rival's authors.

    `similarity` is what a stego's SSIM of one is worth, in dB, beside the rate-controlled loss.
    """

    kind: str = "rate"
    norm: str = "l1"
    weights: tuple[float, float] = (2.0, 1.0)
    target_psnr: float = 41.0
    similarity: float = 0.0

    def __post_init__(self) -> None:
        one_of(("own", "paper", "rate"), kind=self.kind)
        one_of(("l1", "l2"), norm=self.norm)
        if min(self.weights) < 0 or max(self.weights) <= 0:
            raise ValueError(f"weights: {list(self.weights)} must not be negative nor all zero")
        within(10, 100, target_psnr=self.target_psnr)
        within(0, 1e5, similarity=self.similarity)


@dataclass(frozen=True)
class ChannelPart:
    """What the stego goes through; the first `float_share` of the steps go without it."""

    kind: str = "shaped"
    float_share: float = 0.0

    def __post_init__(self) -> None:
        one_of(("float", "png", "shaped"), kind=self.kind)
        within(0, 1, float_share=self.float_share)


@dataclass(frozen=True)
class SchedulePart:
    """The rate falls as a cosine over `steps`; `minutes` ends one session early, to be resumed."""

    steps: int = 20000
    minutes: float | None = None

    def __post_init__(self) -> None:
        above(0, steps=self.steps)
        if self.minutes is not None:
            above(0, minutes=self.minutes)


@dataclass(frozen=True)
class SafetyPart:
    """`skips` bad steps within `window` roll back to the last good snapshot; rate x `factor`."""

    skips: int = 5
    window: int = 50
    factor: float = 0.3
    snapshot_every: int = 100

    def __post_init__(self) -> None:
        above(0, skips=self.skips, window=self.window, snapshot_every=self.snapshot_every)
        within(1e-6, 1, factor=self.factor)


@dataclass(frozen=True)
class ReportPart:
    """Steps between log lines, picture grids and checkpoints; minutes between checkpoints."""

    log_every: int = 50
    images_every: int = 1000
    save_every: int = 1000
    save_minutes: float = 5.0

    def __post_init__(self) -> None:
        above(0, log_every=self.log_every, images_every=self.images_every)
        above(0, save_every=self.save_every, save_minutes=self.save_minutes)


@dataclass(frozen=True)
class Recipe:
    """One training run.

    Attributes:
        preset: of any kind of network, which `model` changes entry by entry.
        start: preset name or checkpoint whose weights (and architecture) to go on from.
    """

    preset: str = "base"
    model: dict[str, Any] = field(default_factory=dict)
    data: DataPart = field(default_factory=DataPart)
    optimiser: OptimiserPart = field(default_factory=OptimiserPart)
    loss: LossPart = field(default_factory=LossPart)
    channel: ChannelPart = field(default_factory=ChannelPart)
    schedule: SchedulePart = field(default_factory=SchedulePart)
    safety: SafetyPart = field(default_factory=SafetyPart)
    report: ReportPart = field(default_factory=ReportPart)
    seed: int = 1
    start: str | None = None

    def __post_init__(self) -> None:
        one_of(presets(), preset=self.preset)
        within(0, 2**31 - 1, seed=self.seed)
        if self.start is not None and self.model:
            raise ValueError("model: has no effect with start, whose architecture is kept")
        if self.channel.kind == "shaped" and not self.model_config().shapes_rounding:
            raise ValueError("channel.kind: shaped is not for this network, use png")
        if self.loss.kind not in (losses := self.model_config().losses):
            known = ", ".join(losses)
            raise ValueError(f"loss.kind: {self.loss.kind} is not for this network, use {known}")

    def model_config(self) -> NetworkConfig:
        """The preset's configuration with this recipe's changes.

        Raises:
            ValueError: an unknown entry, another type or a value out of range.
        """
        return read(presets()[self.preset], self.model, "model")

    def channel_at(self, step: int) -> str:
        """The channel of this step."""
        without = step < self.channel.float_share * self.schedule.steps
        return "float" if without else self.channel.kind

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for a file; `recipe_file.recipe_from_dict` reads it."""
        values = dataclasses.asdict(self)
        values["loss"]["weights"] = list(self.loss.weights)
        return values
