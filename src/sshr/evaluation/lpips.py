"""LPIPS v0.1 with AlexNet (Zhang et al. 2018): how different two pictures look, 0 for equal ones.

AlexNet's convolutions are those that a checkpoint holds, in fp16; the published ones are fp32,
which changes scores by about one part in a thousand.
"""

from importlib.resources import as_file, files

import numpy as np
import torch
from torch import Tensor

from sshr.evaluation.methods.method import to_tensor
from sshr.types import Rgb8
from sshr.zoo.registry import load_model

_TINY = 1e-10


class Lpips:
    """The metric; calling it with two HWC uint8 RGB pictures of one size gives the distance."""

    def __init__(self) -> None:
        self.features = load_model("base", "cpu").net.features
        self.heads = published_heads()

    @torch.inference_mode()
    def __call__(self, image: Rgb8, reference: Rgb8) -> float:
        total = 0.0
        # AlexNet's mean and deviation, within the features, are LPIPS' shift and scale.
        taps = (self.features(to_tensor(picture)) for picture in (image, reference))
        for one, two, weights in zip(*taps, self.heads, strict=True):
            difference = (_unit(one) - _unit(two)).square()
            total += float((difference * weights.view(1, -1, 1, 1)).sum(1).mean())
        return total


def published_heads() -> list[Tensor]:
    """The linear layers of LPIPS v0.1 for AlexNet, one (C,) for each activation."""
    with as_file(files("sshr.evaluation") / "data" / "lpips_alexnet.npz") as path:
        data = np.load(path)
        return [torch.from_numpy(data[f"lin{i}"]) for i in range(5)]


def _unit(activation: Tensor) -> Tensor:
    """Unit length over the channels at every place."""
    return activation / (activation.square().sum(1, keepdim=True).sqrt() + _TINY)
