"""The named presets whose weights ship inside the package."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from sshr.errors import CheckpointError


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
        Preset("paper", "paper.safetensors", "for research: the same without session key or mix"),
    )
}


@contextmanager
def checkpoint_file(preset: str) -> Iterator[Path]:
    """The file of a preset by name, or of a checkpoint by path; it may be missing.

    Raises:
        CheckpointError: neither a preset nor a name of a checkpoint.
    """
    if preset in PRESETS:
        with as_file(files("sshr.zoo") / "weights") as weights:
            yield weights / PRESETS[preset].file
    elif Path(preset).suffix == ".safetensors":
        yield Path(preset)
    else:
        raise CheckpointError(
            f"unknown preset '{preset}': use {', '.join(PRESETS)} "
            "or the path of a .safetensors file"
        )
