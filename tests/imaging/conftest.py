import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from sshr.imaging.reading import Picture, read_image

Rgb8 = npt.NDArray[np.uint8]


def make_photograph(height: int, width: int, seed: int = 0) -> Rgb8:
    """Smooth shading, an edge and some noise, different in each channel."""
    y, x = np.mgrid[:height, :width] / max(height, width)
    shade = np.stack([200 * x + 20, 150 * y + 60 * (x > 0.4), 120 * (x + y)], axis=-1)
    noise = np.random.default_rng(seed).normal(0, 4, shade.shape)
    return np.clip(shade + noise, 0, 255).round().astype(np.uint8)


@pytest.fixture(scope="session")
def photograph() -> Callable[..., Rgb8]:
    return make_photograph


@pytest.fixture
def picture(photograph: Callable[..., Rgb8]) -> Image.Image:
    return Image.fromarray(photograph(72, 100))


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Picture]:
    def read_bytes(data: bytes, srgb: bool = False) -> Picture:
        path = tmp_path / "in.bin"
        path.write_bytes(data)
        return read_image(path, srgb=srgb)

    return read_bytes


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user can enter, unlike tmp_path."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged() -> Callable[[], AbstractContextManager[None]]:
    """Drops root's power to ignore permissions while the block runs; nothing for other users."""

    @contextmanager
    def drop() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return drop
