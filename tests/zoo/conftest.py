"""A small network of each kind, its gates open."""

from pathlib import Path

import pytest
import torch

from sshr.network.config import (
    CompandingConfig,
    DiffusionConfig,
    ExactConfig,
    ModelConfig,
    PrintedConfig,
    ReactionConfig,
    StrengthConfig,
)
from sshr.network.model import SshrNet
from sshr.zoo.checkpoint import save_checkpoint

PRINTED = PrintedConfig(
    steps=1,
    diffusion=DiffusionConfig(filters=12, key_hidden=8),
    reaction=ReactionConfig(width=8, heads=2),
)


@pytest.fixture(params=["mixed", "plain", "printed"], scope="session")
def net(request: pytest.FixtureRequest) -> SshrNet:
    torch.manual_seed(0)
    companding, strength = CompandingConfig(width=8, rbf=True), StrengthConfig(learned=True)
    if request.param == "printed":
        config = ModelConfig(start="zero", mixing=0.97, key_dim=16, printed=PRINTED)
    else:
        exact = ExactConfig(
            companding=companding,
            strength=strength,
            mixed=request.param == "mixed",
            block=8,
            rings=8,
        )
        config = ModelConfig(mixing=0.97, key_dim=16, printed=PRINTED, exact=exact)
    made = SshrNet(config)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if any(part in name for part in ("influence", "modulation.key", "leave", "narrow")):
                parameter.add_(0.02 * torch.randn(parameter.shape))
    return made.eval().requires_grad_(False)


@pytest.fixture
def saved(net: SshrNet, tmp_path: Path) -> Path:
    save_checkpoint(net, tmp_path / "net.safetensors")
    return tmp_path / "net.safetensors"
