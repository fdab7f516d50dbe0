"""LPIPS v0.1 with AlexNet (Zhang et al. 2018): how different two pictures look, 0 for equal ones.

AlexNet's convolutions are those that a checkpoint holds, in fp16; the published ones are fp32,
which changes scores by about one part in a thousand.
"""

from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from sshr.inference.graphs import Graphs
from sshr.inference.planes import to_unit
from sshr.types import Rgb8

Floats = NDArray[np.float32]

_TINY = 1e-10


class Lpips:
    """The metric; calling it with two HWC uint8 RGB pictures of one size gives the distance."""

    def __init__(self) -> None:
        with as_file(files("sshr.zoo") / "weights" / "base") as folder:
            self._graphs = Graphs(folder)
        self.heads = published_heads()

    def __call__(self, image: Rgb8, reference: Rgb8) -> float:
        total = 0.0
        # AlexNet's mean and deviation, within the features, are LPIPS' shift and scale.
        taps = (self._graphs.activations(to_unit(picture)) for picture in (image, reference))
        for one, two, weights in zip(*taps, self.heads, strict=True):
            difference = np.square(_unit(one) - _unit(two)).reshape(len(weights), -1)
            total += float((weights @ difference).mean())
        return total


def published_heads() -> list[Floats]:
    """The linear layers of LPIPS v0.1 for AlexNet, one (C,) for each activation."""
    with as_file(files("sshr.evaluation") / "data" / "lpips_alexnet.npz") as path:
        data = np.load(path)
        return [data[f"lin{i}"] for i in range(5)]


def _unit(activation: Floats) -> Floats:
    """Unit length over the channels at every place of (C, H, W)."""
    found: Floats = activation / (np.sqrt(np.square(activation).sum(0)) + np.float32(_TINY))
    return found
