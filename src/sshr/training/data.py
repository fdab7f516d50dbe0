"""Training crops. What a step gets depends on the seed and its number alone, so a run resumes
anywhere, with any number of workers."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from sshr.training.photos import Photos

Item = tuple[Tensor, int]
_ORDER, _CROP = 0, 1


@dataclass(eq=False)
class CropSampler(Dataset[Item]):
    """An endless row of random square crops with random flips.

    Every photograph comes once before any comes again. Position p of the row is
    ((3, size, size) uint8 RGB, index of its photograph).
    """

    photos: Photos
    size: int
    seed: int

    def __getitem__(self, position: int) -> Item:
        count = len(self.photos)
        order = _order(self.seed, position // count, count)
        index = int(order[position % count])
        photo = self.photos.photo(index)
        draw = np.random.default_rng((self.seed, _CROP, position))
        top = int(draw.integers(photo.shape[1] - self.size + 1))
        left = int(draw.integers(photo.shape[2] - self.size + 1))
        crop = photo[:, top : top + self.size, left : left + self.size]
        flips = [
            axis for axis, flip in zip((-1, -2), draw.integers(2, size=2), strict=True) if flip
        ]
        return crop.flip(flips) if flips else crop.clone(), index

    def crops(self, count: int, at: int = 0) -> Tensor:
        """Crops at positions at ... at + count - 1: (count, 3, size, size) fp32 in [0, 1]."""
        return torch.stack([self[at + i][0] for i in range(count)]).float() / 255


@functools.lru_cache(maxsize=2)
def _order(seed: int, epoch: int, count: int) -> np.ndarray:
    return np.random.default_rng((seed, _ORDER, epoch)).permutation(count)


@dataclass(eq=False)
class StepSampler(Sampler[list[int]]):
    """The positions of each step from `start` to `stop`, for one device of a run.

    A step is split into parts, `accumulate` for each device; part k of step s takes the positions
    from (s * parts + k) * size on. So N devices see what one device sees in N parts.
    """

    start: int
    stop: int
    size: int
    accumulate: int
    rank: int
    world: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __iter__(self) -> Iterator[list[int]]:
        own = self.accumulate * self.size
        for step in range(self.start, self.stop):
            first = (step * self.world + self.rank) * own
            yield list(range(first, first + own))


def step_loader(crops: CropSampler, steps: StepSampler, workers: int) -> DataLoader[Item]:
    """Batches ((accumulate * size, 3, H, W) uint8, (accumulate * size,) int64), one a step."""
    return DataLoader(
        crops,
        batch_sampler=steps,
        num_workers=workers,
        persistent_workers=workers > 0,
        pin_memory=torch.cuda.is_available(),
    )
