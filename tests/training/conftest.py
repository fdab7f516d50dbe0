"""A folder of pictures and a small network to train on them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from sshr.network.config import (
    CompandingConfig,
    DiffusionConfig,
    ExactConfig,
    ModelConfig,
    PrintedConfig,
    ReactionConfig,
)
from sshr.network.model import SshrNet
from sshr.training.data import CropSampler
from sshr.training.module import TrainingModule
from sshr.training.photos import Photos
from sshr.training.recipe import Recipe
from sshr.training.recipe_file import recipe_from_dict
from sshr.training.runner import quiet

SMALL = PrintedConfig(
    steps=2,
    diffusion=DiffusionConfig(filters=12, key_hidden=8),
    reaction=ReactionConfig(width=8, heads=2),
)


def made(**changes: Any) -> SshrNet:
    """A small network in closed form, ready to train; `changes` are those of `ExactConfig`."""
    part = {"block": 8, "rings": 8, "companding": CompandingConfig(width=8)} | changes
    net = SshrNet(ModelConfig(key_dim=16, printed=SMALL, exact=ExactConfig(**part)))
    net.set_learnable()
    return net


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


def as_photos(pictures: list[Tensor]) -> Photos:
    features = torch.rand(len(pictures), 256, generator=torch.Generator().manual_seed(2))
    paths = [Path(f"{index}.png") for index in range(len(pictures))]
    return Photos(paths, features, pictures)


@pytest.fixture(scope="session")
def crops_of() -> Callable[..., Tensor]:
    """`crops_of(n)`: one crop (n, 3, 64, 64) of each of n photographs."""
    return lambda count, seed=0: CropSampler(as_photos(make_photos(count, seed=seed)), 64, 1).crops(
        count
    )


def make_recipe(**changes: Any) -> Recipe:
    """A quick recipe; `changes` as in a recipe file."""
    small: dict[str, Any] = {
        "data": {"crop": 64, "batch": 2},
        "optimiser": {"rate": 3e-3, "warm_up": 5},
        "schedule": {"steps": 20},
    }
    for name, value in changes.items():
        small[name] = small.get(name, {}) | value if isinstance(value, dict) else value
    return recipe_from_dict(small, "test")


@pytest.fixture(scope="session")
def recipe() -> Callable[..., Recipe]:
    return make_recipe


def make_module(net: SshrNet, pictures: list[Tensor], recipe: Recipe) -> TrainingModule:
    crops = CropSampler(as_photos(pictures), recipe.data.crop, recipe.seed)
    return TrainingModule(net, recipe, crops, workers=0)


def run_module(module: TrainingModule, *callbacks: lightning.Callback) -> TrainingModule:
    with quiet():
        trainer = lightning.Trainer(
            accelerator="cpu",
            devices=1,
            max_epochs=1,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            callbacks=list(callbacks),
        )
        trainer.fit(module)
    return module


@pytest.fixture(scope="session")
def module_of() -> Callable[..., TrainingModule]:
    return make_module


@pytest.fixture(scope="session")
def fit() -> Callable[..., TrainingModule]:
    """Trains a module by its recipe, without files."""
    return run_module


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
def net_of() -> Callable[..., SshrNet]:
    return made


@pytest.fixture
def base_net() -> SshrNet:
    return made(mixed=True)


@pytest.fixture
def paper_net() -> SshrNet:
    return made()


@pytest.fixture
def printed_net() -> SshrNet:
    config = ModelConfig(start="zero", colour="rgb", mixing=0.97, key_dim=16, printed=SMALL)
    net = SshrNet(config)
    net.set_learnable()
    return net
