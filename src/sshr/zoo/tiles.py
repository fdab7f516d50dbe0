"""The network that conceal and reveal run: packaged graphs, or a checkpoint in torch.

A preset's name or a folder that `sshr export` wrote is run by `sshr.inference`; the path of a
checkpoint, or `--device cuda`, by torch, which the extra `train` brings.
"""

import functools
from importlib.resources import as_file, files
from pathlib import Path

from sshr.errors import CheckpointError, DeviceError
from sshr.files.names import require_path
from sshr.inference.tile_network import TileNetwork
from sshr.zoo.extras import require_torch
from sshr.zoo.presets import DEVICES, PRESETS, is_exported


def load_tiles(preset: str, device: str = "auto") -> TileNetwork:
    """A preset's network by name, that of an exported folder or of a checkpoint by path.

    Each is read once per process.

    Raises:
        CheckpointError: unknown preset, or a bad file.
        DeviceError: unknown, or not there.
        UsageError: the preset is no name, or torch is needed and not installed.
    """
    require_path(preset)
    if device not in DEVICES:
        raise DeviceError(f"unknown device '{device}': use auto, cpu or cuda")
    if device != "cuda" and (preset in PRESETS or is_exported(preset)):
        return _graphs(preset)
    require_torch("CUDA" if device == "cuda" else "a checkpoint")
    from sshr.zoo.registry import load_model

    return load_model(preset, device)


def find_tiles(identity: bytes, preferred: str, device: str = "auto") -> TileNetwork:
    """The network whose digest starts with `identity`: the preferred one or any packaged.

    Raises:
        CheckpointError: none matches.
    """
    for name in dict.fromkeys((preferred, *PRESETS)):
        loaded = load_tiles(name, device)
        if loaded.digest.startswith(identity):
            return loaded
    raise CheckpointError(
        f"the stego was made with another checkpoint ({identity.hex()}); give it with --preset"
    )


@functools.lru_cache(maxsize=4)
def _graphs(preset: str) -> TileNetwork:
    from sshr.inference.closed_form import ClosedForm

    if preset not in PRESETS:
        return ClosedForm.load(Path(preset))
    with as_file(files("sshr.zoo") / "weights" / preset) as folder:
        return ClosedForm.load(folder)
