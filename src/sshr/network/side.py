"""Side information: what a sender tells a receiver about each tile besides the stego itself.

The coarse layer is a quantised version of the secret's coefficients. It travels as encrypted bits;
what the coupled steps carry is only what it leaves over.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from sshr.coding.tables import Tables, table_shapes


@dataclass(frozen=True)
class CoarseLayer:
    """Quantised coefficients of a batch of tiles.

    Attributes:
        levels: (B, C, h, w) fp32 whole numbers, packed as the coefficients are.
        step: (B,) fp32, the quantiser's step on [0, 1] samples.
    """

    levels: Tensor
    step: Tensor


@dataclass(frozen=True)
class Side:
    """Side information of a batch of tiles.

    Attributes:
        scales: (B,) fp32 at which the payloads are sent.
        units: (B,) fp32, what the scales would be without any learned correction: the corrections
            are measured by them, so that the true scales can follow from what they did.
        coarse: None for a network without a coarse layer.
    """

    scales: Tensor
    units: Tensor
    coarse: CoarseLayer | None = None


class CodeTables(nn.Module):
    """The entropy code's integer tables as part of a checkpoint."""

    weights: Tensor
    details: Tensor
    low: Tensor

    def __init__(self, levels: int) -> None:
        super().__init__()
        for name, shape in table_shapes(levels).items():
            self.register_buffer(name, torch.ones(shape, dtype=torch.int32))

    def get(self) -> Tables:
        """For `sshr.coding`.

        Raises:
            ValueError: the tables cannot be right.
        """
        arrays = (value.cpu().numpy().astype(np.int32) for value in self.buffers())
        return Tables(*arrays)

    @torch.no_grad()
    def put(self, tables: Tables) -> None:
        """Take over fitted tables."""
        for name, value in self.named_buffers():
            value.copy_(torch.from_numpy(getattr(tables, name)))
