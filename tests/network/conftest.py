"""Small networks and smooth pictures; every test starts from the same seed."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.network.companding import Companding
from sshr.network.config import (
    CompandingConfig,
    DiffusionConfig,
    ExactConfig,
    ModelConfig,
    PrintedConfig,
    ReactionConfig,
)
from sshr.network.grbf import GaussianRBF
from sshr.network.guidance import Modulation
from sshr.network.mix import Mix, random_mix
from sshr.network.model import SshrNet
from sshr.network.strength import Strength

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
def exact_config() -> Callable[..., ModelConfig]:
    """ModelConfig(...) with small parts; entries of `ExactConfig` may be given beside its own."""

    def make(**changes: Any) -> ModelConfig:
        own = {name: changes.pop(name) for name in list(changes) if hasattr(ModelConfig, name)}
        part = {"block": 8, "rings": 8, "companding": CompandingConfig(width=8)} | changes
        small = PrintedConfig(reaction=ReactionConfig(width=8, heads=2))
        return ModelConfig(key_dim=KEY_DIM, printed=small, exact=ExactConfig(**part), **own)

    return make


@pytest.fixture(scope="session")
def printed_config() -> Callable[..., ModelConfig]:
    """The steps as printed with small parts; entries of `PrintedConfig` beside its own."""

    def make(**changes: Any) -> ModelConfig:
        own = {name: changes.pop(name) for name in list(changes) if hasattr(ModelConfig, name)}
        small: dict[str, Any] = {
            "diffusion": DiffusionConfig(filters=12, key_hidden=8),
            "reaction": ReactionConfig(width=8, heads=2),
        }
        values = {"start": "zero", "colour": "rgb", "mixing": 0.97, "key_dim": KEY_DIM} | own
        return ModelConfig(printed=PrintedConfig(**(small | changes)), **values)

    return make


@pytest.fixture(scope="session")
def fitted() -> Callable[..., SshrNet]:
    """The network of a configuration, fitted to pictures, for inference."""

    def make(config: ModelConfig, crops: Tensor | None = None) -> SshrNet:
        torch.manual_seed(0)
        net = SshrNet(config)
        net.body.fit(make_pictures(8, seed=50) if crops is None else crops)
        return net.eval().requires_grad_(False)

    return make


@pytest.fixture(scope="session")
def mix_for() -> Callable[..., Mix | None]:
    """A mix for references of a size, where the network uses one."""

    def make(net: SshrNet, reference: Tensor, seed: int = 1) -> Mix | None:
        if not net.uses_mix:
            return None
        sizes = net.group_sizes((reference.shape[-2], reference.shape[-1]))
        return random_mix(sizes, torch.Generator().manual_seed(seed), reference.device)

    return make


@torch.no_grad()
def opened(net: nn.Module, amount: float) -> None:
    """Random weights where training starts at zero, so that every learned part does something.

    Influence functions become random walks whose slope is about `amount`.
    """
    for module in net.modules() if amount else ():
        if isinstance(module, GaussianRBF):
            step = amount * 2 * module.radius / 62 / 2.5  # sqrt(2 pi) Gaussians overlap
            walk = step * torch.randn(module.weights.shape).cumsum(1)
            module.weights.add_(walk - walk[:, 31:32])
        elif isinstance(module, Modulation):
            for p in module.key[-1].parameters():
                p.add_(0.3 * torch.randn(p.shape))
        elif isinstance(module, Companding):
            for name, p in module.networks.named_parameters():
                if ".narrow." in name:
                    p.add_(amount * torch.randn(p.shape))
        elif isinstance(module, Strength) and module.guidance is not None:
            for p in module.leave.parameters():
                p.add_(amount * torch.randn(p.shape))


@pytest.fixture(scope="session")
def open_gates() -> Callable[[nn.Module, float], None]:
    return opened


@pytest.fixture(scope="session")
def decibels() -> Callable[[Tensor, Tensor], Tensor]:
    """PSNR of each sample (B,), dB, on [0, 1] images."""
    return lambda a, b: -10 * (a - b).double().square().mean((1, 2, 3)).log10()


@pytest.fixture
def key() -> Callable[..., Tensor]:
    """Keys (count, 16) in (-1, 1)."""

    def make(count: int = 1, seed: int = 5) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(count, KEY_DIM, generator=generator).tanh()

    return make
