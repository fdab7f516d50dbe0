"""The paper's rivals as methods: their networks, trained by `sshr train --recipe rivals/NAME`.

They have no keys. Weights of evaluation alone are no part of the wheel: the small ones lie in the
source tree's `sshr/evaluation/weights/`, others are made by their recipe.
"""

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sshr.errors import CheckpointError
from sshr.evaluation.methods.method import MethodEntry, Samples
from sshr.files.names import shown
from sshr.network.rivals.config import RivalConfig
from sshr.network.rivals.rival import RivalNet
from sshr.types import Rgb8
from sshr.zoo.checkpoint import load_network
from sshr.zoo.registry import pick_device

SUFFIX = ".safetensors"
_DRAW = 0
"""Seed of what a receiver draws at random, so that runs repeat."""


@dataclass(frozen=True)
class RivalMethod:
    """A rival's network; see `Method`. Pictures whose sides it cannot take are padded."""

    net: RivalNet
    device: torch.device

    @torch.inference_mode()
    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """The stegos in levels, neither rounded nor clipped."""
        secret, cover = self._padded(secrets), self._padded(references)
        return _levels(self.net.hide(secret, cover), references)

    @torch.inference_mode()
    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """The secrets in levels; the reference is not needed."""
        draw = torch.Generator().manual_seed(_DRAW)
        return _levels(self.net.recover(self._padded(stegos), draw), references)

    def _padded(self, pictures: Samples) -> Tensor:
        image = torch.from_numpy(np.asarray(pictures, np.float32) / 255).to(self.device)
        image = image.permute(0, 3, 1, 2)
        height, width = image.shape[-2:]
        below, right = -height % self.net.multiple, -width % self.net.multiple
        return F.pad(image, (0, right, 0, below), mode="replicate") if below or right else image


def rival(system: str, value: str, device: str) -> MethodEntry:
    """A rival with the weights `value`: a checkpoint's path, or a version of the committed ones.

    Raises:
        CheckpointError: there are none, they are unreadable, or another system's.
        DeviceError: see `pick_device`.
    """
    place = pick_device(device)
    if value.endswith(SUFFIX):
        net, digest = load_network(Path(value), place)
    else:
        stem = f"{system}-{value}" if value else system
        with as_file(files("sshr.evaluation") / "weights") as folder:
            path = folder / f"{stem}{SUFFIX}"
            if not path.exists():
                raise CheckpointError(_needed(system, stem))
            net, digest = load_network(path, place)
    if not isinstance(net, RivalNet) or net.config != RivalConfig(system):
        raise CheckpointError(f"{shown(value or system)}: holds no network of {system}")
    return MethodEntry(_called(system, value), RivalMethod(net, place), digest[:8].hex())


def _called(system: str, value: str) -> str:
    """Without folders, which are of one machine: a run's `model` goes by its folder's name."""
    path = Path(value)
    name = path.parent.name if path.stem == "model" else path.stem
    return system if name in ("", system) else f"{system}:{name.removeprefix(f'{system}-')}"


def _needed(system: str, stem: str) -> str:
    recipe = files("sshr.training") / "recipes" / "rivals" / f"{stem}.yaml"
    if not recipe.is_file():
        return f"{shown(stem)}: no weights of this name are here, and no recipe makes them"
    path = f"--method {system}:RUN/model{SUFFIX}"
    return f"{stem}: weights needed: sshr train --recipe rivals/{stem} --out RUN ..., then {path}"


def _levels(image: Tensor, references: Rgb8) -> Samples:
    height, width = references.shape[1:3]
    kept = image[..., :height, :width].permute(0, 2, 3, 1).float().cpu()
    found: Samples = kept.numpy() * 255
    return found
