"""The network that would restore pictures of the robust transport, on a few small photographs."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.transports.robust.codec import decode

PHOTOS = Path(__file__).parents[2] / "examples" / "photos"

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three photographs; the first is held out, the last too small."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    picture = read_image(PHOTOS / "sailboats.png").rgb
    for name, piece in (
        ("a", picture[:256, :256]),
        ("b", picture[100:, 100:]),
        ("c", picture[:70]),
    ):
        write_image(folder / f"{name}.png", piece)
    return folder


def test_every_21st_photograph_is_held_out(load: Load, tmp_path: Path) -> None:
    for index in range(43):
        (tmp_path / f"{index:02}.png").touch()
    paths, held = load("robust_restoration").split(tmp_path)
    assert [path.stem for path in held] == ["00", "21", "42"]
    assert len(paths) == 40
    assert not {*paths} & {*held}


def test_records_are_those_of_the_coder(load: Load, folder: Path) -> None:
    script = load("robust_restoration")
    paths = sorted(folder.glob("*.png"))[1:]
    first, again = (script.squares(paths, 3, random.Random(1)) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.shape(first) == (2, 256, 256, 3)
    records = script.coded(first[:1], 1)
    assert records == script.coded(first[:1], 1)
    for one in records:
        least, most = script.DENSITIES[one.record[0]]
        assert least <= len(one.record) / 256**2 <= most
        assert decode(one.record, (256, 256)).shape == (256, 256, 3)


def test_the_network_starts_as_the_identity(load: Load) -> None:
    script = load("robust_restoration")
    net, picture = script.RestorationNet(), torch.rand(1, 3, 32, 48)
    assert torch.equal(net(picture, torch.zeros(1, 2)), picture)
    assert sum(value.numel() for value in net.parameters()) < 150_000


def test_steps_are_orthogonal(load: Load) -> None:
    torch.manual_seed(1)
    found = load("robust_restoration").orthogonal(torch.randn(8, 40))
    assert torch.linalg.svdvals(found).sub(1).abs().max() < 0.4


def test_it_trains_and_measures(
    load: Load, start: Start, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, out = load("robust_restoration"), tmp_path / "found.json"
    monkeypatch.setattr(script, "ROOMS", (400, 1500))
    before = torch.get_num_threads()
    words = "--data", folder, "--pairs", 20, "--steps", 2, "--pictures", 1, "--json", out
    assert start("robust_restoration", *words) == 0
    torch.set_num_threads(before)
    told = json.loads(out.read_text())
    few, many = told["gains"]
    assert (few["room"], many["room"], few["pictures"], told["steps"]) == (400, 1500, 1, 2)
    for row in told["gains"]:
        assert row["gain"] == pytest.approx(row["restored_psnr"] - row["decoded_psnr"])
        assert abs(row["gain"]) < 5
        assert row["least_gain"] == row["gain"] == row["most_gain"]
    assert many["decoded_psnr"] > few["decoded_psnr"]
