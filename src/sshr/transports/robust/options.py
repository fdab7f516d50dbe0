"""The options of the robust transport."""

from dataclasses import dataclass, field

from sshr.errors import UsageError
from sshr.files.names import shown
from sshr.zoo.presets import PRESET_HELP

MESSENGER, HARSH, FILE = "messenger", "harsh", "file"
DESIGNS = (MESSENGER, HARSH)
"""Their order is part of the format."""

LEVELS = (40.6, 38.0, 44.0, 35.0)
"""PSNR of stegos in dB. There are few, since the receiver has to find which it was."""

ANALOG_SHARE = 0.1
"""Of the power, for the network."""

JPEG_SUFFIXES = frozenset({".jpg", ".jpeg"})
JPEG_QUALITY = 90
"""Of a stego that is to be a JPEG file, by default."""

_LEAST_QUALITY = 70
_MOST_CHANNELS = 12


@dataclass(frozen=True)
class RobustOptions:
    """What is promised, and how loud the stego may be for it.

    Attributes:
        survive: `messenger` (JPEG from quality 70 on, WebP 80, half the size, noise, blur),
            `harsh` (JPEG 40, Poisson noise, half the size and then JPEG as well), `file` (nothing
            but lossless copies: all power is the network's), or channels, see `channels_of`.
        stego_psnr: of the stego, dB: one of LEVELS.
        analog: `on`: a part of the power is the network's, so that an untouched file reveals far
            more; `off`; `auto`: on with `messenger`.
        force_weak: a stego is made even if not all that is promised comes through.
        jpeg: quality of the JPEG file that the stego will be, 70 to 100; 0: a lossless file.
        preset, device: of the network.

    Raises:
        UsageError: a value that cannot be meant.
    """

    survive: str = field(
        default=MESSENGER,
        metadata={"help": "messenger, harsh, file, or channels such as jpeg:60,small:0.5"},
    )
    stego_psnr: float = field(
        default=LEVELS[0], metadata={"help": "the stego's PSNR: 44, 40.6, 38 or 35 dB"}
    )
    analog: str = field(
        default="auto", metadata={"help": "auto, on or off: more from untouched files"}
    )
    force_weak: bool = field(
        default=False, metadata={"help": "make it even if not all channels let it through"}
    )
    jpeg: int = field(
        default=0,
        metadata={
            "help": "quality of the JPEG file that the stego will be (90 if its name ends so)",
            "by_suffix": dict.fromkeys(JPEG_SUFFIXES, JPEG_QUALITY),
        },
    )
    preset: str = field(default="base", metadata={"help": PRESET_HELP})
    device: str = field(default="auto", metadata={"help": "auto, cpu or cuda"})

    def __post_init__(self) -> None:
        if self.survive not in (*DESIGNS, FILE):
            channels_of(self.survive)
        if self.stego_psnr not in LEVELS:
            known = ", ".join(f"{level:g}" for level in sorted(LEVELS))
            raise UsageError(f"a robust stego's PSNR is one of {known} dB, not {self.stego_psnr:g}")
        if self.analog not in ("auto", "on", "off"):
            raise UsageError(f"analog '{shown(self.analog)}' is not one of auto, on, off")
        if self.jpeg and not _LEAST_QUALITY <= self.jpeg <= 100:
            raise UsageError(f"a JPEG stego's quality is {_LEAST_QUALITY} to 100, not {self.jpeg}")
        if self.jpeg and (self.analog == "on" or self.survive == FILE):
            raise UsageError("nothing of the network's part survives in a JPEG stego")
        if self.survive == FILE and (self.stego_psnr != LEVELS[0] or self.analog == "off"):
            raise UsageError("with survive 'file' all power is the network's: no other option")

    @property
    def has_analog(self) -> bool:
        """Whether the network has a part."""
        by_itself = self.analog == "auto" and self.survive == MESSENGER and not self.jpeg
        return self.analog == "on" or by_itself


def channels_of(survive: str) -> tuple[str, ...]:
    """The channels of a list such as `jpeg:60,small:0.5+jpeg:75` (`sshr.imaging.channels`).

    Raises:
        UsageError: it names none, too many, or one that there is not.
    """
    from sshr.imaging.channels import FLOAT, parse_channels

    try:
        names = tuple(channel.name for channel in parse_channels(survive))
    except UsageError as error:
        raise UsageError(
            f"survive '{shown(survive)}' is neither {', '.join((*DESIGNS, FILE))} nor a list of "
            f"channels ({error})"
        ) from None
    if FLOAT in names or len(names) > _MOST_CHANNELS:
        raise UsageError(f"survive '{shown(survive)}': {_MOST_CHANNELS} channels at most, no float")
    return names
