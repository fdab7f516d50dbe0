"""Rows of other JPEG libraries, with the one that is always there."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.imaging.writing import write_image

Load = Callable[[str], ModuleType]
Start = Callable[..., int]
Rgb8 = NDArray[np.uint8]


def test_rows_and_what_is_missing(
    load: Load,
    start: Start,
    photo: Callable[..., Rgb8],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    script = load("robust_libraries")
    folder, out = tmp_path / "pictures", tmp_path / "libraries.json"
    folder.mkdir()
    for name in ("parrots", "sailboats"):
        write_image(folder / f"{name}.png", photo(name, 192, 192))
    ways = {way.name: way for way in script.WAYS}
    missing = script.Way("of nobody", "no_such_library", ways["OpenCV"].write)
    monkeypatch.setattr(script, "WAYS", (ways["Pillow"], ways["Pillow, progressive"], missing))
    monkeypatch.setattr(script, "QUALITIES", (80,))
    assert start("robust_libraries", folder, "--crop", 192, "--limit", 1, "--json", out) == 0
    said = capsys.readouterr().err
    assert said.count("no_such_library is not installed: its rows are left out") == 1
    told = json.loads(out.read_text())
    assert (told["crop"], told["pairs"]) == (192, 1)
    plain, progressive = told["rows"]
    assert (plain["writer"], progressive["writer"]) == ("Pillow", "Pillow, progressive")
    assert (plain["reader"], plain["quality"], plain["base"], plain["refined"]) == (
        *("Pillow", 80),
        *(1, 1),
    )
    assert plain["words"] == progressive["words"] == "JPEG of about quality 80"
    assert plain["psnr"] == progressive["psnr"] > 18


def test_names_of_ways_are_different(load: Load) -> None:
    script = load("robust_libraries")
    names = [way.name for way in script.WAYS]
    assert len(names) == len(set(names)) > 15


@pytest.mark.parametrize(
    ("name", "quality"), [("OpenCV", 75), ("simplejpeg", 85), ("libjpeg 9f", 75), ("libvips", 85)]
)
def test_libraries_write_what_they_read(
    load: Load, photo: Callable[..., Rgb8], name: str, quality: int
) -> None:
    script = load("robust_libraries")
    way = next(way for way in script.WAYS if way.name == name)
    module = pytest.importorskip(way.module)
    picture = photo("parrots", 64, 64)
    back = way.read(module, way.write(module, picture, quality))
    assert back.shape == picture.shape
    assert np.abs(back.astype(int) - picture).mean() < 6
