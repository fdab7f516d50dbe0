"""Crops, and the order in which steps see them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from sshr.training.data import CropSampler, StepSampler, step_loader
from sshr.training.photos import Photos

Pictures = Callable[..., list[Tensor]]


def held(pictures: list[Tensor]) -> Photos:
    paths = [Path(str(index)) for index in range(len(pictures))]
    return Photos(paths, torch.zeros(len(pictures), 256), pictures)


def test_crops_are_those_of_seed_and_position(photos: Pictures) -> None:
    pictures = held(photos(5))
    first, same, other = (CropSampler(pictures, 64, seed) for seed in (1, 1, 2))
    assert torch.equal(first.crops(6, 3), same.crops(9)[3:])
    assert not torch.equal(first.crops(6), other.crops(6))


def test_crops_lie_in_their_photograph(photos: Pictures) -> None:
    pictures = photos(3, 70, 66)
    sampler = CropSampler(held(pictures), 64, 3)
    seen, flips = set(), set()
    for position in range(60):
        crop, index = sampler[position]
        assert crop.dtype == torch.uint8
        assert crop.shape == (3, 64, 64)
        found = [
            (top, left, flip)
            for top in range(7)
            for left in range(3)
            for flip in ((), (-1,), (-2,), (-2, -1))
            if torch.equal(crop.flip(flip), pictures[index][:, top : top + 64, left : left + 64])
        ]
        assert len(found) == 1
        seen.add(found[0][:2])
        flips.add(found[0][2])
    assert len(flips) == 4
    assert {top for top, _ in seen} == set(range(7))
    assert {left for _, left in seen} == set(range(3))


def test_every_photograph_comes_before_one_comes_again(photos: Pictures) -> None:
    sampler = CropSampler(held(photos(5)), 64, 1)
    rounds = [[sampler[p][1] for p in range(start, start + 5)] for start in range(0, 40, 5)]
    assert all(sorted(chosen) == list(range(5)) for chosen in rounds)
    assert len({tuple(chosen) for chosen in rounds}) > 1


def test_a_photograph_of_the_crops_size_is_taken_whole(photos: Pictures) -> None:
    pictures = photos(2, 64, 64)
    crop, index = CropSampler(held(pictures), 64, 1)[0]
    assert int(crop.sum()) == int(pictures[index].sum())


@pytest.mark.parametrize("workers", [0, 2])
def test_a_resumed_loader_goes_on_with_the_same_batches(photos: Pictures, workers: int) -> None:
    crops = CropSampler(held(photos(5)), 64, 1)
    whole = list(step_loader(crops, StepSampler(0, 7, 4, 1, 0, 1), 0))
    rest = list(step_loader(crops, StepSampler(3, 7, 4, 1, 0, 1), workers))
    assert len(whole) == 7
    assert len(rest) == 4
    for (images, chosen), (other, same) in zip(whole[3:], rest, strict=True):
        assert images.shape == (4, 3, 64, 64)
        assert torch.equal(images, other)
        assert torch.equal(chosen, same)


def test_devices_share_out_what_one_device_sees_in_parts() -> None:
    alone = list(StepSampler(2, 5, 4, 2, 0, 1))
    shared = [list(StepSampler(2, 5, 4, 1, rank, 2)) for rank in (0, 1)]
    assert [a + b for a, b in zip(*shared, strict=True)] == alone
    assert alone[0] == list(range(16, 24))
    assert len(StepSampler(2, 5, 4, 2, 0, 1)) == 3
