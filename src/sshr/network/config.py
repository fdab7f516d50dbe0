"""Architecture of a model as plain data; it travels inside the checkpoint.

One class, `SshrNet`, from the equations as printed to what the product uses: the two presets differ
by entries of this configuration, and so do the rungs of the ladder between them (docs/method.md).
"""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

TRANSFORMS = ("haar:1", "unshuffle:2")
COLOURS = ("rgb", "opponent")
ORDERS = ("alternate", "z-first")
STARTS = ("exact", "zero")
BANKS = ("haar", "block", "frequency")
PAYLOADS = ("secret", "difference")
BLOCKS = (4, 8, 16)


@dataclass(frozen=True)
class DiffusionConfig:
    """Diffusion term as printed. `radius` is the range of phi in units of its input."""

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
    """Condition reaction term and CIGM as printed."""

    width: int = 24
    heads: int = 4
    expansion: int = 2

    def __post_init__(self) -> None:
        _at_least_one(width=self.width, heads=self.heads, expansion=self.expansion)
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of {self.heads} heads")


@dataclass(frozen=True)
class PrintedConfig:
    """The steps as printed, DT + lambda CRT each, from AdaLN-Zero's start (stego = secret).

    The last three entries and `transform` "unshuffle:2" are the rows of the paper's Table 5.

    Attributes:
        diffusion_term: False is "no PM", the condition reaction term alone.
        reparameterised: False is "no Rep-Conv", a single 5x5 kernel in CRC and Re-FFN.
        guided: False is "no CIGM", a projection of the condition that is the same in every step.
    """

    steps: int = 3
    diffusion: DiffusionConfig = field(default_factory=DiffusionConfig)
    reaction: ReactionConfig = field(default_factory=ReactionConfig)
    diffusion_term: bool = True
    reparameterised: bool = True
    guided: bool = True

    def __post_init__(self) -> None:
        _at_least_one(steps=self.steps)


@dataclass(frozen=True)
class CompandingConfig:
    """The nonlinear pair of diffusion steps; `width` 0 leaves it out."""

    width: int = 96
    limit: float = 1.2
    rbf: bool = False

    def __post_init__(self) -> None:
        if self.width < 0 or not 0 < self.limit <= 3:
            raise ValueError(f"companding: width {self.width} or limit {self.limit} is impossible")


@dataclass(frozen=True)
class StrengthConfig:
    """Where the reference hides change: m^2 ~ (1 + contrast blur(1 / (variance + floor)))^(-1/2).

    Attributes:
        contrast, floor: in squared grey levels; contrast 0 is the same strength everywhere.
        learned: CIGM corrects the formula.
    """

    contrast: float = 60.0
    floor: float = 10.0
    learned: bool = False

    def __post_init__(self) -> None:
        if not (self.contrast >= 0 and self.floor > 0):
            raise ValueError("strength: contrast below 0 or floor not above it")


@dataclass(frozen=True)
class ExactConfig:
    """The closed form inside the printed equations, and what is learned inside it.

    Attributes:
        block: side of the bank of the nonlinear pair, in pixels.
        bank: of the linear pair: one-level Haar bands, DCT blocks of `block`, or frequencies.
        rings: at most so many classes of frequencies.
        payload: what is scaled: the secret, or its difference to the reference as printed.
        stego_psnr: that the sender aims at, dB.
        headroom: of the reference to 0 and 255, in deviations of the payload there.
        equal: the payload gives way where the headroom has cost some of the stego's PSNR.
        shaping: exponent of the rounding noise's spectrum; 0 is rounding to the nearest level.
        ranked: without mix, a frequency's coefficient is carried by another frequency: the loudest
            classes by the lowest ones, where rounding is quietest.
        mixed: keyed mix within rings at fixed power, which needs the session key.
        angle: of the keyed rotation of the bank.
    """

    block: int = 16
    companding: CompandingConfig = field(default_factory=CompandingConfig)
    strength: StrengthConfig = field(default_factory=StrengthConfig)
    bank: str = "frequency"
    rings: int = 20
    payload: str = "secret"
    stego_psnr: float = 41.1
    headroom: float = 2.5
    equal: bool = True
    shaping: float = 0.75
    ranked: bool = True
    mixed: bool = False
    angle: float = 0.5

    def __post_init__(self) -> None:
        _one_of(BANKS, bank=self.bank)
        _one_of(PAYLOADS, payload=self.payload)
        _at_least_one(rings=self.rings)
        if self.block not in BLOCKS:
            raise ValueError(f"block {self.block} is not one of {BLOCKS}")
        if self.rings > 3 * self.block**2:
            raise ValueError(f"rings {self.rings} are more than a block has coefficients")
        if not (20 <= self.stego_psnr <= 60 and 0 <= self.headroom <= 10):
            raise ValueError("stego_psnr or headroom is impossible")
        if not (0 <= self.shaping <= 1 and 0 <= self.angle <= 1):
            raise ValueError("shaping or angle is outside [0, 1]")
        if self.bank != "frequency" and (self.shaping or self.ranked or self.mixed):
            raise ValueError("shaping, ranked and mixed need the bank of frequencies")
        weighted = self.strength.contrast or self.strength.learned or (self.equal and self.headroom)
        if self.payload != "secret" and (self.ranked or self.mixed or weighted):
            raise ValueError("the difference as payload is neither ranked, mixed nor weighted")


@dataclass(frozen=True)
class ModelConfig:
    """Front end, keys and coupling, with the steps as printed (`start` zero) or the closed form.

    Attributes:
        mixing: p of eq. 11 for linear steps; the nonlinear pair has p = 1.
    """

    start: str = "exact"
    transform: str = "haar:1"
    colour: str = "opponent"
    key_dim: int = 256
    mixing: float = 1.0
    order: str = "alternate"
    printed: PrintedConfig = field(default_factory=PrintedConfig)
    exact: ExactConfig = field(default_factory=ExactConfig)

    def __post_init__(self) -> None:
        _one_of(STARTS, start=self.start)
        _one_of(TRANSFORMS, transform=self.transform)
        _one_of(COLOURS, colour=self.colour)
        _one_of(ORDERS, order=self.order)
        _at_least_one(key_dim=self.key_dim)
        if not 0.9 <= self.mixing <= 1.0:
            raise ValueError(f"mixing {self.mixing} outside [0.9, 1]")
        if self.start == "exact" and self.order != "alternate":
            raise ValueError("the exact start needs half-steps that alternate")

    @property
    def scale_count(self) -> int:
        """Numbers that travel with each tile: how loud each group, or all of it, was sent."""
        if self.start != "exact":
            return 0
        return self.exact.rings if self.exact.mixed else 1


def _one_of(known: tuple[str, ...], **values: str) -> None:
    for name, value in values.items():
        if value not in known:
            raise ValueError(f"{name}: unknown {value!r}; known: {', '.join(known)}")


def _at_least_one(**values: int) -> None:
    for name, value in values.items():
        if value < 1:
            raise ValueError(f"{name} {value} is below 1")


def config_to_dict(config: ModelConfig) -> dict[str, Any]:
    """JSON-ready form."""
    return dataclasses.asdict(config)


def config_from_dict(values: Any) -> ModelConfig:
    """Inverse of `config_to_dict`, strict.

    Raises:
        ValueError: unknown or missing entries, values of another type or out of range.
    """
    config: ModelConfig = _read(ModelConfig, values)
    return config


def _read(cls: Any, values: Any) -> Any:
    """An instance of the dataclass `cls`, every field given and of its declared type."""
    fields = dataclasses.fields(cls)
    if not isinstance(values, dict) or {f.name for f in fields} != set(values):
        raise ValueError("not a configuration of this version")
    read = {}
    for f in fields:
        value = values[f.name]
        if dataclasses.is_dataclass(f.type):
            value = _read(f.type, value)
        elif f.type is float and type(value) is int:
            value = float(value)
        elif type(value) is not f.type:
            raise ValueError(f"not a configuration of this version: {f.name} is {value!r}")
        read[f.name] = value
    return cls(**read)


PRESETS = {
    "base": ModelConfig(exact=ExactConfig(mixed=True)),
    "paper": ModelConfig(),
}
