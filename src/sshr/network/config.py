"""Architecture of a model as plain data; it travels inside the checkpoint."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from sshr.network.transform import COLOURS, TRANSFORMS


@dataclass(frozen=True)
class DiffusionConfig:
    """Diffusion term. `radius` is the range of phi in units of its input."""

    filters: int = 48
    depthwise: bool = True
    key_hidden: int = 256
    radius: float = 1.25
    slope: float = 0.01
    zero_mean: bool = True


@dataclass(frozen=True)
class ReactionConfig:
    """Condition reaction term and CIGM."""

    width: int = 48
    heads: int = 4
    expansion: int = 2

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of {self.heads} heads")


@dataclass(frozen=True)
class PaperConfig:
    """The paper's network as printed: one-level Haar, DT and CRT in each of `steps` steps."""

    steps: int = 8
    transform: str = "haar:1"
    colour: str = "rgb"
    key_dim: int = 256
    mixing: float = 0.97
    tie_half_steps: bool = True
    diffusion: DiffusionConfig = field(default_factory=DiffusionConfig)
    reaction: ReactionConfig = field(default_factory=ReactionConfig)

    def __post_init__(self) -> None:
        _check(self.transform, self.colour, self.steps, self.mixing)


def _dense(filters: int) -> DiffusionConfig:
    return DiffusionConfig(
        filters=filters, depthwise=False, key_hidden=16, radius=12.0, slope=0.0, zero_mean=False
    )


@dataclass(frozen=True)
class BaseConfig:
    """Linear start, power normalisation, keyed mix and headroom (docs/method.md).

    `stego_psnr` sets the payload's power, `headroom` is in grey levels of 255. `diffusion` is the
    diffusion term of the secret-side steps, `estimator` that of the receiver's `stages`.
    """

    secret_steps: int = 1
    reference_steps: int = 1
    stages: int = 4
    transform: str = "db4:4"
    colour: str = "opponent"
    key_dim: int = 64
    mixing: float = 0.97
    tie_half_steps: bool = False
    stego_psnr: float = 41.15
    headroom: float = 5.0
    diffusion: DiffusionConfig = field(default_factory=lambda: _dense(12))
    estimator: DiffusionConfig = field(default_factory=lambda: _dense(32))
    reaction: ReactionConfig = field(default_factory=lambda: ReactionConfig(width=32))

    def __post_init__(self) -> None:
        _check(self.transform, self.colour, self.secret_steps, self.mixing)
        if self.reference_steps < 1 or self.stages < 0:
            raise ValueError("at least one reference step and no negative number of stages")


def _check(transform: str, colour: str, steps: int, mixing: float) -> None:
    if transform not in TRANSFORMS:
        raise ValueError(f"unknown transform {transform!r}")
    if colour not in COLOURS:
        raise ValueError(f"unknown colour space {colour!r}")
    if steps < 1:
        raise ValueError("at least one step is needed")
    if not 0.9 <= mixing <= 1.0:
        raise ValueError(f"mixing {mixing} outside [0.9, 1]")


ModelConfig = PaperConfig | BaseConfig
_KINDS: dict[str, type[PaperConfig] | type[BaseConfig]] = {
    "paper": PaperConfig,
    "base": BaseConfig,
}
_PARTS = {
    "diffusion": DiffusionConfig,
    "estimator": DiffusionConfig,
    "reaction": ReactionConfig,
}


def config_to_dict(config: ModelConfig) -> dict[str, Any]:
    """JSON-ready form, with its kind."""
    kind = next(name for name, cls in _KINDS.items() if isinstance(config, cls))
    return {"kind": kind, **dataclasses.asdict(config)}


def config_from_dict(values: dict[str, Any]) -> ModelConfig:
    """Inverse of `config_to_dict`; strict.

    Raises:
        ValueError: unknown kind, unknown or missing entries, values out of range.
    """
    values = dict(values)
    cls = _KINDS.get(values.pop("kind", ""))
    names = {f.name for f in dataclasses.fields(cls)} if cls else set()
    if cls is None or names != set(values):
        raise ValueError("not a configuration of this version")
    try:
        for name, part in _PARTS.items():
            if name in values:
                values[name] = part(**values[name])
        return cls(**values)
    except TypeError as error:
        raise ValueError(f"not a configuration of this version: {error}") from error
