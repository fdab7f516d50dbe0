"""Architecture of a model as plain data; it travels inside the checkpoint.

One class, `SshrNet`, from the equations as printed to what the product uses: the two presets differ
by entries of this configuration, and so do the rungs of the ladder between them (docs/method.md).
"""

from dataclasses import dataclass, field

from sshr.network.strict import above, one_of, within

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
        above(0, filters=self.filters, key_hidden=self.key_hidden, radius=self.radius)


@dataclass(frozen=True)
class ReactionConfig:
    """Condition reaction term and CIGM as printed."""

    width: int = 24
    heads: int = 4
    expansion: int = 2

    def __post_init__(self) -> None:
        above(0, width=self.width, heads=self.heads, expansion=self.expansion)
        if self.width % self.heads:
            raise ValueError(f"width: {self.width} is not a multiple of {self.heads} heads")


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
        above(0, steps=self.steps)


@dataclass(frozen=True)
class CompandingConfig:
    """The nonlinear pair of diffusion steps; `width` 0 leaves it out."""

    width: int = 96
    limit: float = 1.2
    rbf: bool = False

    def __post_init__(self) -> None:
        above(-1, width=self.width)
        above(0, limit=self.limit)
        within(0, 3, limit=self.limit)


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
        within(0, 1e9, contrast=self.contrast)
        above(0, floor=self.floor)


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
        one_of(BANKS, bank=self.bank)
        one_of(PAYLOADS, payload=self.payload)
        above(0, rings=self.rings)
        one_of(BLOCKS, block=self.block)
        if self.rings > 3 * self.block**2:
            raise ValueError(f"rings: {self.rings} are more than a block has coefficients")
        within(20, 60, stego_psnr=self.stego_psnr)
        within(0, 10, headroom=self.headroom)
        within(0, 1, shaping=self.shaping, angle=self.angle)
        if self.bank != "frequency" and (self.shaping or self.ranked or self.mixed):
            raise ValueError("bank: shaping, ranked and mixed need that of frequencies")
        weighted = self.strength.contrast or self.strength.learned or (self.equal and self.headroom)
        if self.payload != "secret" and (self.ranked or self.mixed or weighted):
            raise ValueError("payload: the difference is neither ranked, mixed nor weighted")


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
        one_of(STARTS, start=self.start)
        one_of(TRANSFORMS, transform=self.transform)
        one_of(COLOURS, colour=self.colour)
        one_of(ORDERS, order=self.order)
        above(0, key_dim=self.key_dim)
        within(0.9, 1, mixing=self.mixing)
        if self.is_exact and self.order != "alternate":
            raise ValueError("order: the exact start needs half-steps that alternate")

    @property
    def is_exact(self) -> bool:
        """The closed form, not the steps as printed."""
        return self.start == "exact"

    @property
    def scale_count(self) -> int:
        """Numbers that travel with each tile: how loud each group, or all of it, was sent."""
        if not self.is_exact:
            return 0
        return self.exact.rings if self.exact.mixed else 1

    @property
    def uses_mix(self) -> bool:
        """Conceal and reveal need a keyed mix."""
        return self.is_exact and self.exact.mixed

    @property
    def shapes_rounding(self) -> bool:
        """What rounding adds to a stego is known before."""
        return self.is_exact

    @property
    def losses(self) -> tuple[str, ...]:
        """The paper's and the rate-controlled one."""
        return ("paper", "rate")


PRESETS = {
    "base": ModelConfig(exact=ExactConfig(mixed=True)),
    "paper": ModelConfig(),
}

MEASURED = frozenset(
    {"keys.mean", "keys.white", "body.companding.size"}
    | {f"body.{name}" for name in ("groups", "rank", "shares", "start", "log_noise", "log_target")}
)
"""Tensors of a checkpoint that are not parameters: fitted to photographs before training."""
