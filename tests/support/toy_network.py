"""A kind of network that the package does not know: a secret faintly laid over its reference."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
import torch
from torch import nn

from sshr.network.kinds import KINDS, NetworkKind
from sshr.network.model import StegoNet
from sshr.network.steps import Steps
from sshr.network.strict import within
from sshr.network.transform import Transform


@dataclass(frozen=True)
class ToyConfig:
    share: float = 0.25
    key_dim: int = 16
    scale_count: int = 0
    uses_mix: bool = False
    shapes_rounding: bool = False

    @property
    def losses(self) -> tuple[str, ...]:
        return ("paper", "rate")

    def __post_init__(self) -> None:
        within(0, 1, share=self.share)


class Overlay(Steps):
    """z = c + a (s - c), a learned."""

    def __init__(self, share: float, transform: Transform) -> None:
        super().__init__()
        self.transform = transform
        self.share = nn.Parameter(torch.tensor(share))

    def conceal(self, planes, shared, watch=None):  # type: ignore[no-untyped-def]
        c = self.transform.planes(shared.reference)
        z = c + self.share * (planes - c)
        return (z, z), planes.new_ones(len(z), 0)

    def reveal(self, pair, shared, scales, watch=None):  # type: ignore[no-untyped-def]
        c = self.transform.planes(shared.reference)
        z, y = (c + (state - c) / self.share for state in pair)
        return z, y


class ToyNet(StegoNet):
    def __init__(self, config: ToyConfig) -> None:
        super().__init__(config, Transform("haar:1", "rgb"))
        self.body = Overlay(config.share, self.transform)


def add_toy(
    monkeypatch: pytest.MonkeyPatch, presets: Mapping[str, ToyConfig] | None = None
) -> None:
    """Put the kind into the table."""
    kind = NetworkKind(ToyConfig, ToyNet, presets or {"toy": ToyConfig()})
    monkeypatch.setitem(KINDS, "toy", lambda: kind)
