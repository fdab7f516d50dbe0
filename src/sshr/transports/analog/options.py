"""The options of the analog transport."""

from dataclasses import dataclass, field
from typing import Literal

from sshr.errors import UsageError
from sshr.files.names import shown
from sshr.zoo.presets import PRESET_HELP

FITS = ("contain", "cover", "stretch")
"""See `sshr.imaging.fitting.FitMode`."""


@dataclass(frozen=True)
class AnalogOptions:
    """How the network conceals.

    Attributes:
        preset: a packaged preset, the path of a checkpoint or of a folder that `sshr export` wrote.
        fit: how a secret of another size or shape is brought to the reference's.
        device: `auto`, `cpu` or `cuda`.

    Raises:
        UsageError: an unknown fit.
    """

    preset: str = field(default="base", metadata={"help": PRESET_HELP})
    fit: Literal["contain", "cover", "stretch"] = field(
        default="contain", metadata={"help": "contain, cover or stretch"}
    )
    device: str = field(default="auto", metadata={"help": "auto, cpu or cuda"})

    def __post_init__(self) -> None:
        if self.fit not in FITS:
            raise UsageError(f"fit '{shown(self.fit)}' is not one of {', '.join(FITS)}")
