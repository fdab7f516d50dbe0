"""The running average of the learned weights: what a run publishes."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sshr.network.hiding import HidingNet


def learned(net: HidingNet) -> list[nn.Parameter]:
    """The parameters that training changes, in a fixed order."""
    return [p for p in net.parameters() if p.requires_grad]


def statistics(net: nn.Module) -> list[Tensor]:
    """The running statistics of its batch normalisations, which follow every forward pass."""
    layers = [m for m in net.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    return [value for layer in layers for value in layer.buffers()]


class WeightAverage(nn.Module):
    """Exponential average; its tensors are buffers, so they travel with the module's state."""

    def __init__(self, net: HidingNet, decay: float) -> None:
        super().__init__()
        self.decay = decay
        for index, parameter in enumerate(learned(net)):
            self.register_buffer(f"p{index}", parameter.detach().clone())

    def tensors(self) -> list[Tensor]:
        """The averages, in the order of `learned`."""
        return list(self.buffers())

    @torch.no_grad()
    def update(self, values: Sequence[Tensor], step: int) -> None:
        """Take in the weights after step number `step` >= 1; early averages forget faster."""
        keep = min(self.decay, step / (step + 10))
        torch._foreach_lerp_(self.tensors(), list(values), 1 - keep)

    @torch.no_grad()
    def averaged(self, net: HidingNet) -> HidingNet:
        """A copy of `net` that holds the averages."""
        twin = copy.deepcopy(net)
        for parameter, average in zip(learned(twin), self.tensors(), strict=True):
            parameter.copy_(average)
        return twin
