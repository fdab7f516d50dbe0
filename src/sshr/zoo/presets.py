"""The named presets whose weights ship inside the package."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A packaged checkpoint: file name in `weights/` and what it is for."""

    name: str
    file: str
    purpose: str


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("base", "base.safetensors", "for use: session-keyed, 8-bit files, any size"),
        Preset("paper", "paper.safetensors", "the paper's equations as printed, for research"),
    )
}
