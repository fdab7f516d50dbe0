"""What is measured, line by line, and what a report adds it up to.

PSNR in dB, MAE and RMSE in grey levels of 255, all of 8-bit RGB. A line stands for one thing that
was measured, in a ledger; a summary for many.
"""

from dataclasses import dataclass, field

REVEALED = 0
"""The outcome of a reveal that worked; others are the exit codes of `sshr reveal`."""

HOLDS_KEY = "holds the session key"
"""The kind of an attack that is an upper bound, no attack on the scheme."""


@dataclass(frozen=True)
class Comparison:
    """Two pictures of one size."""

    psnr: float
    ssim: float
    mae: float
    rmse: float
    y_psnr: float
    lpips: float


@dataclass(frozen=True)
class NiqeScores:
    """Naturalness; None where a picture is too small or too flat for it."""

    reference: float | None = None
    stego: float | None = None


@dataclass(frozen=True)
class Change:
    """stego - reference: shares of the levels -16..16, power of the luma in rings of frequency."""

    histogram: list[float]
    spectrum: list[float]


@dataclass(frozen=True)
class WrongKeyLine:
    """What another key gives: an outcome, and a picture if the method makes one of it."""

    outcome: int
    revealed: Comparison | None = None


@dataclass(frozen=True)
class PairLine:
    """One method on one pair through one channel.

    Attributes:
        files: digests of the pair's files: a replaced picture is measured again.
        outcome, message: of the receiver; see `REVEALED`.
        stego: as received, against the reference; `revealed` against the secret.
        secret_stego, niqe, wrong_key, change: of the channel `png` alone.
        oracle_header: what a distorted stego reveals to a receiver who knows its header.
    """

    method: str
    identity: str
    pair: str
    files: str
    channel: str
    outcome: int
    message: str
    stego: Comparison
    revealed: Comparison | None = None
    secret_stego: Comparison | None = None
    niqe: NiqeScores | None = None
    wrong_key: WrongKeyLine | None = None
    change: Change | None = None
    oracle_header: Comparison | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What the line depends on."""
        return self.method, self.identity, self.pair, self.files, self.channel


@dataclass(frozen=True)
class SearchLine:
    """A gradient search over k_sym; values of its prior, and the PSNR of its start."""

    steps: int
    side: int
    start_psnr: float
    start_prior: float
    end_prior: float


@dataclass(frozen=True)
class AttackedPicture:
    """What an attack on one pair gave, against the secret; `grey` is the secret's own mean grey.

    Attributes:
        kind: who attacks: the receiver, an attacker, or one who holds the session key.
        colour_psnr: of the secret's own mean colour.
        fitted_psnr: after the best change of brightness and contrast.
        shows_nothing: whether the picture is no better than a flat grey.
        features: of `matching`, as base64 of little-endian floats; a search has none.
    """

    kind: str
    psnr: float
    grey_psnr: float
    fitted_psnr: float
    ssim: float
    grey_ssim: float
    colour_psnr: float
    lpips: float
    grey_lpips: float
    shows_nothing: bool
    features: dict[str, str] | None = None
    search: SearchLine | None = None


@dataclass(frozen=True)
class KeyCosines:
    """How alike the k_sym of any two pairs are."""

    mean_absolute: float
    max_absolute: float
    max: float


@dataclass(frozen=True)
class WholeSet:
    """Right picks by what needs no network, and how alike the keys are."""

    picks: dict[str, int]
    cosines: KeyCosines


@dataclass(frozen=True)
class AttackLine:
    """One attack on one pair, or what is asked of the whole set.

    Attributes:
        other: the pair whose key and reference serve as wrong ones, or how many pairs there are.
        pictures: what stands for the pictures of both pairs, or of all.
    """

    method: str
    identity: str
    pair: str
    other: str
    attack: str
    pictures: str = ""
    picture: AttackedPicture | None = None
    whole: WholeSet | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What the line depends on."""
        return self.method, self.identity, self.pair, self.other, self.attack, self.pictures


@dataclass(frozen=True)
class DetectionLine:
    """How often one detector errs about the stegos of one method.

    Attributes:
        pairs: what stands for the names and pictures of all pairs.
        folds: P_E of each, the mean of false alarms and misses: 0.5 is guessing.
    """

    method: str
    identity: str
    detector: str
    pairs: str
    photographs: int
    stego_psnr: float = 0.0
    folds: list[float] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, ...]:
        """What the line depends on."""
        return self.method, self.identity, self.detector, self.pairs


@dataclass(frozen=True)
class Summary:
    """One figure over a set; the standard error is that of the mean, None for a single value."""

    mean: float
    min: float
    max: float
    count: int
    standard_error: float | None = None


@dataclass(frozen=True)
class ComparisonSummary:
    """`Comparison` over a set."""

    psnr: Summary
    ssim: Summary
    mae: Summary
    rmse: Summary
    y_psnr: Summary
    lpips: Summary | None = None


@dataclass(frozen=True)
class NiqeSummary:
    """`NiqeScores` over a set."""

    reference: Summary | None = None
    stego: Summary | None = None


@dataclass(frozen=True)
class WrongKeySummary:
    """Outcomes with another key by their exit codes; figures of the pictures, if there are any."""

    outcomes: dict[str, int]
    psnr: Summary | None = None
    ssim: Summary | None = None


@dataclass(frozen=True)
class ChannelSummary:
    """One method through one channel; see `PairLine`.

    Attributes:
        outcomes: how many pairs ended with which exit code.
        sum: of stego and revealed PSNR; `points` are both of every pair.
    """

    pairs: int
    outcomes: dict[str, int]
    stego: ComparisonSummary
    revealed: ComparisonSummary | None = None
    secret_stego: ComparisonSummary | None = None
    sum: Summary | None = None
    points: list[tuple[float, float]] | None = None
    oracle_header: ComparisonSummary | None = field(default=None, metadata={"old": "handed"})
    niqe: NiqeSummary | None = None
    wrong_key: WrongKeySummary | None = None
    change: Change | None = None


@dataclass(frozen=True)
class MethodReport:
    """One method.

    Attributes:
        parts: of a network with the steps as printed, which parts of the paper's Table 5 it has.
    """

    name: str
    identity: str
    channels: dict[str, ChannelSummary]
    parts: tuple[bool, ...] | None = None


@dataclass(frozen=True)
class SearchSummary:
    """Searches of one kind over k_sym."""

    side: int
    steps: int
    start_psnr: float


@dataclass(frozen=True)
class AttackRow:
    """One attack over all pairs: means, and the worst pair where the name says so.

    Attributes:
        pairs_shown: of which the picture is better than a flat grey.
        picks: how often it names the secret among all, by feature; chance is 1.
    """

    attack: str
    kind: str
    pairs: int
    psnr: float
    grey_psnr: float
    ssim: float
    grey_ssim: float
    lpips: float
    grey_lpips: float
    worst_over_grey: float
    worst_fit_over_grey: float
    pairs_shown: int
    colour_psnr: float | None = None
    worst_over_colour: float | None = None
    search: SearchSummary | None = None
    picks: dict[str, int] | None = None


@dataclass(frozen=True)
class AttackReport:
    """All attacks on one network.

    Attributes:
        residual_picks: made by stego - reference, without a key.
    """

    pairs: int
    rows: list[AttackRow]
    residual_picks: dict[str, int] | None = field(
        default=None, metadata={"old": "stego - reference"}
    )
    cosines: KeyCosines | None = None


@dataclass(frozen=True)
class Run:
    """What was evaluated.

    Attributes:
        stands_for: the column of the paper's tables, if any.
        skipped: messages of the pairs that could not be read.
    """

    schema: int
    protocol: str
    data: str
    seed: int
    size: str
    pairs: int
    skipped: list[str]
    channels: list[str]
    stands_for: str | None = None


@dataclass(frozen=True)
class EvaluationReport:
    """A whole evaluation; `attacks` by method, `absent` why a method was not measured."""

    run: Run
    methods: list[MethodReport]
    attacks: dict[str, AttackReport]
    detection: list[DetectionLine] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
