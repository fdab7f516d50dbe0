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
"""What each is for; its file in `weights/` has its name."""


@contextmanager
def checkpoint_file(preset: str) -> Iterator[Path]:
    """The file of a preset by name, or of a checkpoint by path; it may be missing.

    Raises:
        CheckpointError: neither a preset nor a name of a checkpoint.
    """
    if preset in PRESETS:
        with as_file(files("sshr.zoo") / "weights") as weights:
            yield weights / f"{preset}.safetensors"
    elif Path(preset).suffix == ".safetensors":
        yield Path(preset)
    else:
        raise CheckpointError(
            f"unknown preset '{preset}': use {', '.join(PRESETS)} "
            "or the path of a .safetensors file"
        )
