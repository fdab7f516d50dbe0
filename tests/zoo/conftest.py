"""A small network of each kind, its gates open."""

import pytest
import torch

from sshr.network.base import BaseNet
from sshr.network.config import (
    AllocationConfig,
    BaseConfig,
    DiffusionConfig,
    EstimatorConfig,
    PaperConfig,
    ReactionConfig,
)
from sshr.network.model import StegoNet
from sshr.network.paper import PaperNet


@pytest.fixture(params=["base", "paper"], scope="session")
def net(request: pytest.FixtureRequest) -> StegoNet:
    torch.manual_seed(0)
    dense = DiffusionConfig(filters=4, depthwise=False, key_hidden=8, radius=12.0, slope=0.0)
    reaction = ReactionConfig(width=8, heads=2)
    made: StegoNet
    if request.param == "base":
        made = BaseNet(
            BaseConfig(
                key_dim=16,
                diffusion=dense,
                allocation=AllocationConfig(width=8),
                estimator=EstimatorConfig(kind="residual", depth=1, width=8),
                reaction=reaction,
            )
        )
        made.tables.low.copy_(
            torch.arange(made.tables.low.numel()).view_as(made.tables.low) * 70 + 1
        )
    else:
        depthwise = DiffusionConfig(filters=12, key_hidden=8)
        made = PaperNet(PaperConfig(steps=1, key_dim=16, diffusion=depthwise, reaction=reaction))
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if "influence" in name or "modulation.key" in name or "leave" in name:
                parameter.add_(0.02 * torch.randn(parameter.shape))
    return made.eval().requires_grad_(False)
