"""Checkpoint files taken apart, changed and signed again."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from sshr.errors import CheckpointError
from sshr.zoo.checkpoint import load_checkpoint

CPU = torch.device("cpu")


def contents(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    with safe_open(path, "pt") as file:
        names = list(file.keys())
        return {name: file.get_tensor(name) for name in names}, file.metadata()


def digest_of(config: str, tensors: dict[str, Tensor]) -> bytes:
    """SHA-256 over the configuration, then names, shapes, kinds and bytes in name order."""
    digest = hashlib.sha256(config.encode())
    for name in sorted(tensors):
        value = tensors[name]
        digest.update(f"{name}|{tuple(value.shape)}|{value.dtype}|".encode())
        digest.update(bytes(value.contiguous().view(-1).view(torch.uint8).tolist()))
    return digest.digest()


def resaved(
    path: Path, change: Callable[[dict[str, Tensor], dict], None], sign: bool = True
) -> None:
    """Rewrite a checkpoint after `change(tensors, config)`, with a digest that fits."""
    tensors, metadata = contents(path)
    config = json.loads(metadata["config"])
    change(tensors, config)
    metadata["config"] = json.dumps(config)
    if sign:
        metadata["digest"] = digest_of(metadata["config"], tensors).hex()
    save_file(tensors, path, metadata)


def refused(path: Path, reason: str) -> None:
    with pytest.raises(CheckpointError, match=reason) as caught:
        load_checkpoint(path, CPU)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert caught.value.exit_code == 9
