"""The options of the robust transport."""

from dataclasses import dataclass, field

from sshr.errors import UsageError
from sshr.files.names import shown

SURVIVE = ("messenger", "harsh")
LEVELS = (40.6, 38.0, 44.0, 35.0)
"""PSNR of stegos in dB. There are few, since the receiver has to find which it was."""

ANALOG_SHARE = 0.1
"""Of the power, for the network."""


@dataclass(frozen=True)
class RobustOptions:
    """What is promised, and how loud the stego may be for it.

    Attributes:
        survive: `messenger` (JPEG from quality 70 on, WebP 80, half the size, noise, blur) or
            `harsh` (JPEG 40 and Poisson noise as well).
        stego_psnr: of the stego, dB: one of LEVELS.
        analog: `on`: a part of the power is the network's, so that an untouched file reveals far
            more; `off`; `auto`: on with `messenger`.
        preset, device: of the network.

    Raises:
        UsageError: a value that cannot be meant.
    """

    survive: str = field(default="messenger", metadata={"help": "messenger or harsh"})
    stego_psnr: float = field(
        default=LEVELS[0], metadata={"help": "the stego's PSNR: 44, 40.6, 38 or 35 dB"}
    )
    analog: str = field(
        default="auto", metadata={"help": "auto, on or off: more from untouched files"}
    )
    preset: str = field(
        default="base", metadata={"help": "preset name or path of a .safetensors checkpoint"}
    )
    device: str = field(default="auto", metadata={"help": "auto, cpu or cuda"})

    def __post_init__(self) -> None:
        if self.survive not in SURVIVE:
            raise UsageError(f"survive '{shown(self.survive)}' is not one of {', '.join(SURVIVE)}")
        if self.stego_psnr not in LEVELS:
            known = ", ".join(f"{level:g}" for level in LEVELS)
            raise UsageError(f"a robust stego's PSNR is one of {known} dB, not {self.stego_psnr:g}")
        if self.analog not in ("auto", "on", "off"):
            raise UsageError(f"analog '{shown(self.analog)}' is not one of auto, on, off")

    @property
    def has_analog(self) -> bool:
        """Whether the network has a part."""
        return self.analog == "on" or (self.analog == "auto" and self.survive == "messenger")
