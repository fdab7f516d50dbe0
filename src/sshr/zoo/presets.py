"""The named presets whose weights ship inside the package."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from sshr.errors import CheckpointError

PRESETS = {
    "base": "for use: session-keyed, 8-bit files, any size",
    "paper": "for research: the same without session key or mix",
}
"""What each is for; its files in `weights/` have its name."""

SUFFIX = ".safetensors"

PRESET_HELP = f"preset name, path of a {SUFFIX} checkpoint or of an exported folder"

DEVICES = ("auto", "cpu", "cuda")
"""Where a network may run; `auto` is CUDA where torch runs it and finds one, else the CPU."""


def is_exported(preset: str) -> bool:
    """Whether this is the path of a folder that `sshr export` may have written."""
    return preset not in PRESETS and Path(preset).suffix != SUFFIX and Path(preset).is_dir()


@contextmanager
def checkpoint_file(preset: str) -> Iterator[Path]:
    """The file of a preset by name, or of a checkpoint by path; it may be missing.

    Raises:
        CheckpointError: neither a preset nor a name of a checkpoint.
    """
    if preset in PRESETS:
        with as_file(files("sshr.zoo") / "weights") as weights:
            yield weights / f"{preset}.safetensors"
    elif Path(preset).suffix == SUFFIX:
        yield Path(preset)
    else:
        raise CheckpointError(
            f"unknown preset '{preset}': use {', '.join(PRESETS)} "
            f"or the path of a {SUFFIX} file or an exported folder"
        )
