"""Loading a network in torch by its preset's name or its file."""

import functools
import os

import torch

from sshr.errors import CheckpointError, DeviceError
from sshr.files.names import require_path
from sshr.inference.tile_network import TileNetwork
from sshr.zoo.checkpoint import load_checkpoint
from sshr.zoo.loaded import LoadedModel
from sshr.zoo.presets import DEVICES, PRESETS, checkpoint_file


def pick_device(name: str) -> torch.device:
    """`auto`, `cpu` or `cuda` -> a device.

    Raises:
        DeviceError: unknown name, or CUDA asked for and absent.
    """
    if name not in DEVICES:
        raise DeviceError(f"unknown device '{name}': use auto, cpu or cuda")
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise DeviceError("CUDA was asked for, but this machine has no CUDA device; use cpu")
    return torch.device("cuda" if available and name != "cpu" else "cpu")


def load_model(preset: str, device: str = "auto") -> LoadedModel:
    """A preset's network by name, or a checkpoint by path; read once per process.

    A process that is forked afterwards works with one thread.

    Raises:
        CheckpointError: unknown preset, or a bad file.
        DeviceError: see `pick_device`.
        UsageError: the preset is no name.
    """
    require_path(preset)
    _bear_forks()
    return _load(preset, pick_device(device))


@functools.cache
def _bear_forks() -> None:
    """OpenMP's threads do not come along into a forked process, which would wait for them for ever
    (Linux's `multiprocessing` forks up to Python 3.13); with one thread it needs none."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_one_thread)


def _one_thread() -> None:
    torch.set_num_threads(1)


@functools.lru_cache(maxsize=4)
@torch.inference_mode(False)  # or whoever asks first would decide what can be done with it
def _load(preset: str, place: torch.device) -> LoadedModel:
    with checkpoint_file(preset) as path:
        return load_checkpoint(path, place)


def open_model(model: TileNetwork) -> LoadedModel:
    """The network in torch of a model that may be run by something else.

    Raises:
        CheckpointError: there are its graphs alone.
    """
    if isinstance(model, LoadedModel):
        return model
    for name in PRESETS:
        loaded = load_model(name, "cpu")
        if loaded.digest == model.digest:
            return loaded
    raise CheckpointError("an exported network cannot be looked into; name its checkpoint instead")
