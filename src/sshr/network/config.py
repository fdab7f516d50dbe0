"""Architecture of a model as plain data; it travels inside the checkpoint."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from sshr.network.transform import COLOURS, TRANSFORMS
from sshr.network.wavelets import WAVELETS


def _later(default: bool) -> Any:
    """An entry that came after the first checkpoints: `default` is what they were built with.

    It may be missing in a file, so those checkpoints load as they are: with the digest by which
    stegos name them.
    """
    return field(default=default, metadata={"later": True})


@dataclass(frozen=True)
class DiffusionConfig:
    """Diffusion term. `radius` is the range of phi in units of its input."""

    filters: int = 48
    depthwise: bool = True
    key_hidden: int = 96
    radius: float = 1.25
    slope: float = 0.01
    zero_mean: bool = True

    def __post_init__(self) -> None:
        _at_least_one(filters=self.filters, key_hidden=self.key_hidden)
        if not self.radius > 0:
            raise ValueError(f"radius {self.radius} is not above 0")


@dataclass(frozen=True)
class ReactionConfig:
    """Condition reaction term and CIGM."""

    width: int = 48
    heads: int = 4
    expansion: int = 2

    def __post_init__(self) -> None:
        _at_least_one(width=self.width, heads=self.heads, expansion=self.expansion)
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of {self.heads} heads")


@dataclass(frozen=True)
class PaperConfig:
    """The paper's network as printed: one-level Haar, DT and CRT in each of `steps` steps.

    The last three entries and `transform` "unshuffle:2" are the ablation of the paper's Table 5.

    Attributes:
        diffusion_term: False is "no PM", the condition reaction term alone.
        reparameterised: False is "no Rep-Conv", a single 5x5 kernel in CRC and Re-FFN.
        guided: False is "no CIGM", a projection of the condition that is the same in every step.
    """

    steps: int = 3
    transform: str = "haar:1"
    colour: str = "rgb"
    key_dim: int = 256
    mixing: float = 0.97
    tie_half_steps: bool = True
    diffusion: DiffusionConfig = field(default_factory=DiffusionConfig)
    reaction: ReactionConfig = field(default_factory=lambda: ReactionConfig(width=24))
    diffusion_term: bool = _later(True)
    reparameterised: bool = _later(True)
    guided: bool = _later(True)

    def __post_init__(self) -> None:
        _check(self.transform, self.colour, self.mixing)
        _at_least_one(steps=self.steps, key_dim=self.key_dim)


@dataclass(frozen=True)
class AllocationConfig:
    """Learned correction of the expected sizes."""

    width: int = 24

    def __post_init__(self) -> None:
        _at_least_one(width=self.width)


ESTIMATORS = ("none", "diffusion", "residual")


@dataclass(frozen=True)
class EstimatorConfig:
    """The receiver's estimator: `residual` has `depth` blocks of `width`, `diffusion` stages."""

    kind: str = "residual"
    depth: int = 2
    width: int = 32
    diffusion: DiffusionConfig = field(default_factory=lambda: _dense(32))

    def __post_init__(self) -> None:
        if self.kind not in ESTIMATORS:
            raise ValueError(f"unknown estimator {self.kind!r}; known: {', '.join(ESTIMATORS)}")
        _at_least_one(depth=self.depth, width=self.width)


def _dense(filters: int) -> DiffusionConfig:
    return DiffusionConfig(
        filters=filters, depthwise=False, key_hidden=16, radius=12.0, slope=0.0, zero_mean=False
    )


@dataclass(frozen=True)
class BaseConfig:
    """Coarse layer, linear start, power normalisation, keyed mix, headroom (docs/method.md).

    `coarse_rate` is in bits of the coarse layer for each sample, 0 for none; `stego_psnr` sets the
    payload's power, `headroom` is in grey levels of 255. `diffusion` is the diffusion term of the
    secret-side steps.
    """

    secret_steps: int = 1
    reference_steps: int = 1
    transform: str = "db4:4"
    colour: str = "opponent"
    key_dim: int = 64
    mixing: float = 0.97
    tie_half_steps: bool = False
    coarse_rate: float = 0.25
    stego_psnr: float = 41.15
    headroom: float = 5.0
    diffusion: DiffusionConfig = field(default_factory=lambda: _dense(12))
    allocation: AllocationConfig = field(default_factory=AllocationConfig)
    estimator: EstimatorConfig = field(default_factory=EstimatorConfig)
    reaction: ReactionConfig = field(default_factory=lambda: ReactionConfig(width=32))

    def __post_init__(self) -> None:
        _check(self.transform, self.colour, self.mixing)
        _at_least_one(
            secret_steps=self.secret_steps,
            reference_steps=self.reference_steps,
            key_dim=self.key_dim,
        )
        if not 0 <= self.coarse_rate <= 1:
            raise ValueError(f"coarse_rate {self.coarse_rate} outside [0, 1]")
        if self.coarse_rate and self.transform.split(":")[0] not in WAVELETS:
            raise ValueError("a coarse layer needs a wavelet transform")
        if not 0 <= self.headroom < 127.5:
            raise ValueError(f"headroom {self.headroom} outside [0, 127.5)")


def _check(transform: str, colour: str, mixing: float) -> None:
    if transform not in TRANSFORMS:
        raise ValueError(f"unknown transform {transform!r}")
    if colour not in COLOURS:
        raise ValueError(f"unknown colour space {colour!r}")
    if not 0.9 <= mixing <= 1.0:
        raise ValueError(f"mixing {mixing} outside [0.9, 1]")


def _at_least_one(**values: int) -> None:
    for name, value in values.items():
        if value < 1:
            raise ValueError(f"{name} {value} is below 1")


ModelConfig = PaperConfig | BaseConfig
_KINDS: dict[str, type[PaperConfig] | type[BaseConfig]] = {
    "paper": PaperConfig,
    "base": BaseConfig,
}


def config_to_dict(config: ModelConfig) -> dict[str, Any]:
    """JSON-ready form, with its kind."""
    kind = next(name for name, cls in _KINDS.items() if isinstance(config, cls))
    return {"kind": kind, **dataclasses.asdict(config)}


def config_from_dict(values: dict[str, Any]) -> ModelConfig:
    """Inverse of `config_to_dict`; strict, but for entries that the first checkpoints lack.

    Raises:
        ValueError: unknown kind, unknown or missing entries, values of another type or out of
            range.
    """
    kind = values.get("kind") if isinstance(values, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError("not a configuration of this version")
    config: ModelConfig = _read(_KINDS[kind], {k: v for k, v in values.items() if k != "kind"})
    return config


def _read(cls: Any, values: Any) -> Any:
    """An instance of the dataclass `cls`, every field given and of its declared type."""
    fields = dataclasses.fields(cls)
    late = {f.name for f in fields if f.metadata.get("later")}
    if not isinstance(values, dict) or {f.name for f in fields} != set(values) | late:
        raise ValueError("not a configuration of this version")
    read = {}
    for f in fields:
        if f.name not in values:
            continue
        value = values[f.name]
        if dataclasses.is_dataclass(f.type):
            value = _read(f.type, value)
        elif f.type is float and type(value) is int:
            value = float(value)
        elif type(value) is not f.type:
            raise ValueError(f"not a configuration of this version: {f.name} is {value!r}")
        read[f.name] = value
    return cls(**read)
