"""Settings that every test runs under, and pieces of real photographs."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray
from PIL import Image

Photo = Callable[..., NDArray[np.uint8]]
PHOTOS = Path(__file__).parents[1] / "examples" / "photos"

# As the command line does, before torch is loaded: waiting threads that spin stall a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

settings.register_profile("sshr", derandomize=True, deadline=None, max_examples=30)
settings.load_profile("sshr")


@pytest.fixture(scope="session", autouse=True)
def _two_threads_at_most() -> None:
    import torch

    torch.set_num_threads(min(2, torch.get_num_threads()))


@pytest.fixture(scope="session")
def photo() -> Photo:
    """Cuts pieces, HWC uint8 RGB, out of the example photographs (512 px a side or more)."""

    def cut(
        name: str, height: int = 128, width: int = 128, top: int = 100, left: int = 150
    ) -> NDArray[np.uint8]:
        with Image.open(PHOTOS / f"{name}.png") as image:
            piece = np.array(image)[top : top + height, left : left + width]
        assert piece.shape == (height, width, 3)
        return piece

    return cut
