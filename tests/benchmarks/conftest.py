"""The benchmark scripts as modules, and a few small pictures."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image

ROOT = Path(__file__).parents[2]
PHOTOS = ROOT / "examples" / "photos"

Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """A script by its name."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module


@pytest.fixture
def start(load: Load, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Calls a script as from the command line; the exit code."""

    def started(name: str, *words: object) -> int:
        monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
        try:
            return load(name).main() or 0
        except SystemExit as ended:
            return int(ended.code or 0)

    return started


@pytest.fixture
def five(tmp_path: Path) -> Path:
    """A folder of five pictures, 96 px a side."""
    folder = tmp_path / "five"
    folder.mkdir()
    spots = [(name, 0) for name in ("lighthouse", "parrots", "red-barn", "sailboats")]
    for number, (name, top) in enumerate([*spots, ("parrots", 250)]):
        piece = read_image(PHOTOS / f"{name}.png").rgb[top : top + 96, 150:246]
        write_image(folder / f"{number}.png", piece)
    return folder


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of two pictures, 192 px a side."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("parrots", "sailboats"):
        piece = read_image(PHOTOS / f"{name}.png").rgb[100:292, 100:292]
        write_image(folder / f"{name}.png", piece)
    return folder
