"""Small networks and smooth pictures; every test starts from the same seed."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.config import BaseConfig, DiffusionConfig, PaperConfig, ReactionConfig
from sshr.network.grbf import GaussianRBF
from sshr.network.guidance import Modulation

KEY_DIM = 16


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def make_pictures(count: int, height: int = 64, width: int = 64, seed: int = 0) -> Tensor:
    """Shading with a little texture: (count, 3, height, width) fp32 in [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 6, 6, generator=generator)
    shading = F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
    texture = torch.randn(count, 3, height, width, generator=generator)
    return (shading + 0.02 * texture).clamp(0, 1)


@pytest.fixture(scope="session")
def pictures() -> Callable[..., Tensor]:
    return make_pictures


@pytest.fixture(scope="session")
def base_config() -> Callable[..., BaseConfig]:
    """BaseConfig(...) with everything learned made small."""

    def make(**changes: object) -> BaseConfig:
        dense = DiffusionConfig(
            filters=4, depthwise=False, key_hidden=8, radius=12.0, slope=0.0, zero_mean=False
        )
        small: dict = {
            "stages": 1,
            "key_dim": KEY_DIM,
            "diffusion": dense,
            "estimator": dense,
            "reaction": ReactionConfig(width=8, heads=2),
        }
        return BaseConfig(**(small | changes))

    return make


@pytest.fixture(scope="session")
def paper_config() -> Callable[..., PaperConfig]:
    def make(**changes: object) -> PaperConfig:
        small: dict = {
            "key_dim": KEY_DIM,
            "diffusion": DiffusionConfig(filters=12, key_hidden=8),
            "reaction": ReactionConfig(width=8, heads=2),
        }
        return PaperConfig(**(small | changes))

    return make


@pytest.fixture(scope="session")
def open_gates() -> Callable[[nn.Module, float], None]:
    """Random weights where training starts at zero, so that DT and CRT do something.

    Influence functions become random walks whose slope is about `amount`.
    """

    @torch.no_grad()
    def opened(net: nn.Module, amount: float) -> None:
        for module in net.modules():
            if isinstance(module, GaussianRBF):
                step = amount * 2 * module.radius / 62 / 2.5  # sqrt(2 pi) Gaussians overlap
                walk = step * torch.randn(module.weights.shape).cumsum(1)
                module.weights.add_(walk - walk[:, 31:32])
            elif isinstance(module, Modulation):
                for p in module.key[-1].parameters():
                    p.add_(0.3 * torch.randn(p.shape))

    return opened


@pytest.fixture
def key() -> Callable[..., Tensor]:
    """Keys (count, 16) in (-1, 1)."""

    def make(count: int = 1, seed: int = 5) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(count, KEY_DIM, generator=generator).tanh()

    return make
