"""A folder of pictures and a small network to train on them."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from sshr.network.base import BaseNet
from sshr.network.config import BaseConfig, DiffusionConfig, PaperConfig, ReactionConfig
from sshr.network.paper import PaperNet
from sshr.training import loop

DENSE = DiffusionConfig(
    filters=4, depthwise=False, key_hidden=8, radius=12.0, slope=0.0, zero_mean=False
)
REACTION = ReactionConfig(width=8, heads=2)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def make_photos(count: int, height: int = 80, width: int = 96, seed: int = 0) -> list[Tensor]:
    """Smooth shading with edges: (3, H, W) uint8."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 8, 8, generator=generator)
    shading = F.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
    edges = F.interpolate(coarse[:, :, 2:6, 2:6], (height, width), mode="nearest")
    pictures = (0.7 * shading + 0.3 * edges).clamp(0, 1)
    return list((pictures * 255).round().to(torch.uint8))


@pytest.fixture(scope="session")
def photos() -> Callable[..., list[Tensor]]:
    return make_photos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three usable pictures in two folders, a small one and a text file."""
    (tmp_path / "inner").mkdir()
    for name, photo in zip(("b.png", "inner/c.PNG", "a.bmp"), make_photos(3), strict=True):
        Image.fromarray(photo.permute(1, 2, 0).numpy()).save(tmp_path / name)
    Image.fromarray(np.zeros((63, 200, 3), np.uint8)).save(tmp_path / "small.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


@pytest.fixture
def base_net() -> BaseNet:
    return BaseNet(
        BaseConfig(stages=1, key_dim=16, diffusion=DENSE, estimator=DENSE, reaction=REACTION)
    )


@pytest.fixture
def paper_net() -> PaperNet:
    diffusion = DiffusionConfig(filters=12, key_hidden=8)
    return PaperNet(PaperConfig(steps=2, key_dim=16, diffusion=diffusion, reaction=REACTION))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second passes between two looks at the clock, so a run of N seconds is about N steps."""
    ticks = iter(range(1 << 30))
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
