"""Photographs: what is left out is named, and features are those of whole photographs."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from picture_files import chunk
from PIL import Image
from torch import Tensor

from sshr.errors import TrainingError
from sshr.network.rsrk import AlexNetFeatures
from sshr.training import photos as photos_module
from sshr.training.folders import describe_layout
from sshr.training.photos import load_photos, read_photo, thinned

Pictures = Callable[..., list[Tensor]]


def paths_of(folder: Path) -> list[Path]:
    return describe_layout(folder).photographs()


def test_photographs_come_by_name_and_others_are_named(folder: Path, photos: Pictures) -> None:
    (folder / "broken.png").write_bytes((folder / "b.png").read_bytes()[:300])
    (folder / "z.jpg").write_text("not a picture")
    said: list[str] = []
    loaded = load_photos(paths_of(folder), 64, AlexNetFeatures(), None, None, said.append)
    assert [path.name for path in loaded.paths] == ["a.bmp", "b.png", "c.PNG"]
    for index, expected in enumerate((2, 0, 1)):
        assert torch.equal(loaded.photo(index), photos(3)[expected])
    assert len(said) == 3
    assert all(line.startswith("left out: ") for line in said)
    assert "broken.png: is damaged or incomplete" in said[0]
    assert "small.png: is 200x63 px" in said[1]
    assert "z.jpg: is not an image" in said[2]


def test_what_is_beside_the_pixels_leaves_none_out_and_no_pipe_is_waited_for(
    folder: Path, photos: Pictures
) -> None:
    data = (folder / "b.png").read_bytes()
    text = chunk(b"zTXt", b"workflow\0\0" + zlib.compress(bytes(2_000_000)))
    (folder / "b.png").write_bytes(data[:33] + text + data[33:])
    os.mkfifo(folder / "pipe.png")  # is no file, and not even named
    said: list[str] = []
    loaded = load_photos(paths_of(folder), 64, AlexNetFeatures(), None, None, said.append)
    assert [path.name for path in loaded.paths] == ["a.bmp", "b.png", "c.PNG"]
    assert torch.equal(loaded.photo(1), photos(3)[0])
    assert [line.split("/")[-1].split(":")[0] for line in said] == ["small.png"]


def test_other_modes_become_rgb(tmp_path: Path) -> None:
    Image.new("L", (70, 70), 9).save(tmp_path / "grey.png")
    Image.new("RGBA", (70, 70), (1, 2, 3, 0)).save(tmp_path / "alpha.png")
    assert read_photo(tmp_path / "alpha.png")[:, 0, 0].tolist() == [1, 2, 3]
    assert read_photo(tmp_path / "grey.png")[:, 0, 0].tolist() == [9, 9, 9]


@pytest.mark.parametrize("minimum", [81, 1000])
def test_too_few_usable_photographs_are_refused(folder: Path, minimum: int) -> None:
    with pytest.raises(TrainingError, match=f"fewer than two usable photographs .* {minimum} px"):
        load_photos(paths_of(folder), minimum, AlexNetFeatures(), None, None, str)


@pytest.mark.parametrize("cache", [True, False, None])
def test_features_and_pixels_do_not_depend_on_the_cache(folder: Path, cache: bool | None) -> None:
    alexnet = AlexNetFeatures()
    loaded = load_photos(paths_of(folder), 64, alexnet, cache, None, str)
    assert (loaded.cache is None) == (cache is False)
    assert loaded.features.shape == (3, 256)
    for index, path in enumerate(loaded.paths):
        photo = read_photo(path)
        assert torch.equal(loaded.photo(index), photo)
        whole = alexnet.pooled(photo[None] / 255)[0]
        assert torch.allclose(loaded.features[index], whole, atol=1e-5)


def test_the_cache_ends_where_memory_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos_module, "CACHE_BYTES", 3 * 80 * 96 * 2)
    assert load_photos(paths_of(folder), 64, AlexNetFeatures(), None, None, str).cache is None
    monkeypatch.setattr(photos_module, "CACHE_BYTES", 3 * 80 * 96 * 3)
    assert load_photos(paths_of(folder), 64, AlexNetFeatures(), None, None, str).cache is not None


@pytest.mark.parametrize("cache", [True, False])
def test_features_are_computed_once_a_run(
    folder: Path, tmp_path: Path, cache: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tmp_path / "features.pt"
    alexnet, other = AlexNetFeatures(), AlexNetFeatures()
    first = load_photos(paths_of(folder), 64, alexnet, cache, known, str)
    renewed = load_photos(paths_of(folder), 64, other, cache, known, str)
    assert not torch.equal(renewed.features, first.features)  # of other weights
    load_photos(paths_of(folder), 64, alexnet, cache, known, str)
    monkeypatch.setattr(alexnet, "pooled", None)
    again = load_photos(paths_of(folder), 64, alexnet, cache, known, str)
    assert again.paths == first.paths
    assert torch.equal(again.features, first.features)
    assert not list(tmp_path.glob("*.tmp"))


def test_a_limit_takes_evenly_spread_photographs() -> None:
    paths = [Path(str(i)) for i in range(10)]
    assert [p.name for p in thinned(paths, 4)] == ["0", "2", "5", "7"]
    assert thinned(paths, None) == thinned(paths, 10) == paths
