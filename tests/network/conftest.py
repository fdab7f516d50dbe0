"""Small networks and smooth pictures; every test starts from the same seed."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sshr.coding.tables import CONTEXTS, LOW_CONTEXTS, LOW_SYMBOLS, SYMBOLS, Tables, table_shapes
from sshr.network.allocation import Allocation
from sshr.network.base import BaseNet
from sshr.network.config import (
    AllocationConfig,
    BaseConfig,
    DiffusionConfig,
    EstimatorConfig,
    PaperConfig,
    ReactionConfig,
)
from sshr.network.estimator import ResidualEstimator
from sshr.network.grbf import GaussianRBF
from sshr.network.guidance import Modulation
from sshr.network.model import StegoNet
from sshr.network.side import Side
from sshr.training.passing import coarse_layer

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
    """BaseConfig(...) with everything learned made small; `estimator` may be a kind alone."""

    def make(**changes: object) -> BaseConfig:
        dense = DiffusionConfig(
            filters=4, depthwise=False, key_hidden=8, radius=12.0, slope=0.0, zero_mean=False
        )
        small: dict = {
            "key_dim": KEY_DIM,
            "diffusion": dense,
            "allocation": AllocationConfig(width=8),
            "reaction": ReactionConfig(width=8, heads=2),
        }
        kind = changes.pop("estimator", "diffusion")
        depth = changes.pop("depth", 1)
        estimator = EstimatorConfig(kind=str(kind), depth=depth, width=8, diffusion=dense)
        return BaseConfig(**(small | {"estimator": estimator} | changes))

    return make


def hand_made_tables(levels: int) -> Tables:
    """An entropy code that expects more where neighbours are large."""
    shapes = table_shapes(levels)
    weights = np.full(shapes["weights"], 40, np.int32)
    weights[..., 0] = 8
    details = [[1 + 50000 * c**s // (c + 6) ** s for s in range(SYMBOLS)] for c in range(CONTEXTS)]
    low = [[1 + 9000 * 9**s // 10**s for s in range(LOW_SYMBOLS)]] * LOW_CONTEXTS
    return Tables(
        weights,
        np.broadcast_to(np.array(details, np.int32), shapes["details"]).copy(),
        np.broadcast_to(np.array(low, np.int32), shapes["low"]).copy(),
    )


@pytest.fixture(scope="session")
def linear_start() -> Callable[[BaseNet], BaseNet]:
    """Gives a network a linear start made by hand, with another gain for every band."""

    @torch.no_grad()
    def started(net: BaseNet) -> BaseNet:
        gains, count = net.gains, net.transform.band_count
        if net.tables is None:
            gains.log_gain.copy_(torch.logspace(-1, -2, count).log())
            gains.log_spread.copy_(torch.logspace(0.5, -1.5, count).log())
        else:
            net.tables.put(hand_made_tables(net.transform.levels))
            allocation = net.allocation
            allocation.weights[..., 1:] = torch.linspace(
                0.01, 0.03, allocation.weights[0, 0, 0, 1:].numel()
            )
            allocation.start_weights.copy_(allocation.weights)
            allocation.shifts.copy_(torch.tensor([0.1, 0.05, 0.02]))
            allocation.start_shifts.copy_(allocation.shifts)
            gains.log_gain.copy_(torch.linspace(-2.0, -3.0, count))
            gains.exponent.copy_(torch.linspace(0.4, 0.6, count))
            gains.log_spread.copy_(torch.linspace(0.5, -4.0, count))
        gains.keep_start()
        return net

    return started


@pytest.fixture(scope="session")
def side_of() -> Callable[[StegoNet, Tensor, Tensor], Side]:
    """A sender's side information of secrets (B, 3, H, W) under k_sym."""

    def side(net: StegoNet, secret: Tensor, k_sym: Tensor) -> Side:
        with torch.no_grad():
            return net.side(secret, k_sym, coarse_layer(net, secret))

    return side


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
    """Random weights where training starts at zero, so that every learned part does something.

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
            elif isinstance(module, ResidualEstimator):
                for p in module.leave.parameters():
                    p.add_(amount * torch.randn(p.shape))
            elif isinstance(module, Allocation):
                for p in (*module.refine[-1].parameters(), module.level):
                    p.add_(0.1 * torch.randn(p.shape))

    return opened


@pytest.fixture
def key() -> Callable[..., Tensor]:
    """Keys (count, 16) in (-1, 1)."""

    def make(count: int = 1, seed: int = 5) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(count, KEY_DIM, generator=generator).tanh()

    return make
