"""Checkpoints: one safetensors file with the configuration inside, loaded strictly.

The header's metadata hold `format`, `config` (JSON) and `digest`, the SHA-256 over names, shapes
and bytes of all tensors in name order; a file whose tensors do not match it is refused.
"""

import hashlib
import json
import math
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from torch.overrides import TorchFunctionMode

from sshr.errors import CheckpointError
from sshr.files.temporary import whole_file
from sshr.network.hiding import HidingNet
from sshr.network.kinds import build, config_from_dict, config_to_dict
from sshr.network.model import StegoNet
from sshr.zoo.loaded import LoadedModel

FORMAT = "sshr-checkpoint-2"
ROOM = 1 << 23
"""Samples that building may take beside four for each that the file holds (three are usual)."""

CALL = 256


def save_checkpoint(net: HidingNet, path: Path) -> bytes:
    """Write `net` with fp16 weights, whole or not at all; returns the digest."""
    tensors = {
        name: value.detach().to("cpu", torch.float16 if value.is_floating_point() else value.dtype)
        for name, value in net.state_dict().items()
    }
    tensors = {name: value.contiguous() for name, value in tensors.items()}
    config = json.dumps(config_to_dict(net.config), sort_keys=True)
    digest = _digest(config, tensors)
    metadata = {"format": FORMAT, "config": config, "digest": digest.hex()}
    with whole_file(path, force=True) as file:
        file.write(save(tensors, metadata))
    return digest


def load_checkpoint(path: Path, device: torch.device) -> LoadedModel:
    """A network that transports can use; see `load_network`.

    Raises:
        CheckpointError: see there; or the network of a rival of the paper.
    """
    net, digest = load_network(path, device)
    if not isinstance(net, StegoNet):
        hint = "for `sshr evaluate --method` only"
        raise CheckpointError(f"{path}: holds the network of another method, {hint}")
    return LoadedModel(net, digest)


def load_network(path: Path, device: torch.device) -> tuple[HidingNet, bytes]:
    """Read, check and build a network of any kind; in evaluation mode, with its digest.

    Raises:
        CheckpointError: missing, unreadable, foreign or altered file.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise OSError("not a regular file")
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, ValueError, SafetensorError) as error:
        raise CheckpointError(f"{path}: not a readable checkpoint ({_line(error)})") from None
    if metadata.get("format") != FORMAT:
        raise CheckpointError(f"{path}: not a checkpoint of this program ({FORMAT})")
    config_text = metadata.get("config", "")
    digest = _digest(config_text, tensors)
    if digest.hex() != metadata.get("digest"):
        raise CheckpointError(f"{path}: corrupted, its weights do not match their digest")
    if not all(torch.isfinite(value).all() for value in tensors.values()):
        raise CheckpointError(f"{path}: holds weights that are not finite; training has diverged")
    try:
        config = config_from_dict(
            json.loads(config_text, parse_float=_finite, parse_constant=_finite)
        )
        if _most_repeats(config_to_dict(config)) > len(tensors):
            raise ValueError("its configuration asks for more steps than it has tensors")
        held = sum(value.numel() for value in tensors.values())
        with Budget(4 * held + ROOM):
            net = build(config)
        net.load_state_dict(tensors, strict=True)
    except (ValueError, RuntimeError, TypeError, ArithmeticError, MemoryError) as error:
        # A foreign configuration may ask torch for sizes that it cannot even express.
        raise CheckpointError(f"{path}: does not fit this version ({_line(error)})") from None
    return net.float().eval().requires_grad_(False).to(device), digest


def _digest(config: str, tensors: dict[str, Tensor]) -> bytes:
    digest = hashlib.sha256(config.encode())
    for name, value in sorted(tensors.items()):
        digest.update(f"{name}|{tuple(value.shape)}|{value.dtype}|".encode())
        digest.update(value.flatten().view(torch.uint8).numpy().tobytes())  # numpy has no bf16
    return digest.digest()


def _most_repeats(config: dict[str, Any]) -> int:
    """The largest number of modules in a row, each of which has tensors of its own."""
    own = [value for name, value in config.items() if name == "depth" or name.endswith("steps")]
    inner = [_most_repeats(value) for value in config.values() if isinstance(value, dict)]
    return max([*own, *inner], default=0)


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text} in its configuration is not finite")
    return value


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]


class Budget(TorchFunctionMode):
    """A limit on what building a network may allocate, so that a file cannot ask for any amount.

    While active, the tensors that torch's functions return have at most `limit` samples in all.
    A call counts as CALL samples at least, so that a long loop over small ones ends as well.

    Raises:
        ValueError: they have more.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.left = limit

    def __torch_function__(
        self, func: Callable, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.left -= max(CALL, result.numel())
            if self.left < 0:
                raise ValueError("its configuration asks for a larger network than it holds")
        return result
