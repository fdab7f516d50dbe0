"""Photographs and crops."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from sshr.network.rsrk import AlexNetFeatures
from sshr.training.data import CropSampler, load_photos, photo_features

Photos = Callable[..., list[Tensor]]


def test_photos_come_by_name_and_large_enough(folder: Path, photos: Photos) -> None:
    loaded = load_photos(folder, 64)
    expected = photos(3)
    assert len(loaded) == 3  # a.bmp, b.png, inner/c.PNG; small.png and notes.txt are left out
    for ours, index in zip(loaded, (2, 0, 1), strict=True):
        assert ours.dtype == torch.uint8
        assert torch.equal(ours, expected[index])


def test_other_modes_become_rgb(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()
    Image.new("L", (70, 70), 9).save(folder / "grey.png")
    Image.new("RGBA", (70, 70), (1, 2, 3, 0)).save(folder / "alpha.png")
    alpha, grey = load_photos(folder, 64)
    assert alpha.shape == grey.shape == (3, 70, 70)
    assert alpha[:, 0, 0].tolist() == [1, 2, 3]
    assert grey[:, 0, 0].tolist() == [9, 9, 9]


@pytest.mark.parametrize("minimum", [81, 1000])
def test_too_few_usable_pictures_are_refused(folder: Path, minimum: int) -> None:
    with pytest.raises(ValueError, match=f"fewer than two pictures of at least {minimum} px"):
        load_photos(folder, minimum)


def test_missing_and_empty_folders_are_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ValueError, match="fewer than two pictures"):
            load_photos(folder, 64)


def test_features_are_those_of_whole_photographs(photos: Photos) -> None:
    alexnet, pictures = AlexNetFeatures(), [photos(1)[0], photos(1, 100, 70)[0]]
    found = photo_features(alexnet, pictures)
    assert found.shape == (2, 256)
    for row, picture in zip(found, pictures, strict=True):
        assert torch.allclose(row, alexnet.pooled(picture[None] / 255)[0], atol=1e-5)


def test_crops_are_those_of_the_seed(photos: Photos) -> None:
    pictures = photos(5)
    first, same, other = (CropSampler(pictures, 64, seed) for seed in (1, 1, 2))
    for _ in range(3):
        (a, i), (b, j) = first.sample(4), same.sample(4)
        assert torch.equal(a, b)
        assert torch.equal(i, j)
    assert not torch.equal(first.sample(4)[0], other.sample(4)[0])


def test_crops_lie_in_their_photograph(photos: Photos) -> None:
    pictures = photos(3, 70, 66)
    sampler = CropSampler(pictures, 64, 3)
    seen, flips = set(), set()
    for _ in range(25):
        crops, chosen = sampler.sample(2)
        assert crops.dtype == torch.float32
        assert crops.shape == (2, 3, 64, 64)
        assert float(crops.min()) >= 0
        assert float(crops.max()) <= 1
        assert chosen.dtype == torch.int64
        for crop, index in zip(crops, chosen.tolist(), strict=True):
            found = [
                (top, left, flip)
                for top in range(7)
                for left in range(3)
                for flip in ((), (-1,), (-2,), (-2, -1))
                if torch.equal(
                    (crop.flip(flip) * 255).round().to(torch.uint8),
                    pictures[index][:, top : top + 64, left : left + 64],
                )
            ]
            assert len(found) == 1
            seen.add(found[0][:2])
            flips.add(found[0][2])
    assert len(flips) == 4
    assert {top for top, _ in seen} == set(range(7))
    assert {left for _, left in seen} == set(range(3))


def test_every_photograph_comes_before_one_comes_again(photos: Photos) -> None:
    sampler = CropSampler(photos(5), 64, 1)
    for count in (1, 4, 5, 8, 13):
        crops, chosen = sampler.sample(count)
        assert crops.shape == (count, 3, 64, 64)
        for start in range(0, count, 5):
            part = chosen[start : start + 5].tolist()
            assert len(set(part)) == len(part)


def test_a_photograph_of_the_crops_size_is_taken_whole(photos: Photos) -> None:
    pictures = photos(2, 64, 64)
    crops, chosen = CropSampler(pictures, 64, 1).sample(2)
    for crop, index in zip(crops, chosen.tolist(), strict=True):
        mean = pictures[index].float().mean() / 255
        assert float(crop.mean()) == pytest.approx(float(mean), abs=1e-6)
