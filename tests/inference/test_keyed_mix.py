"""The keyed mix in NumPy is the one in torch, orthonormal, and undone by its inverse."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from sshr.inference.keyed_mix import KeyedMix, hartley, no_mix
from sshr.network import mix as torch_side
from sshr.zoo.loaded import torch_mix

SIZES = [1, 2, 0, 16, 127, 128, 129, 1031, 0]


def test_as_in_torch(drawn_mix: Callable[..., KeyedMix]) -> None:
    mix = drawn_mix(SIZES)
    row = np.random.default_rng(2).standard_normal(sum(SIZES)).astype(np.float32)
    other = torch_mix(mix, torch.device("cpu"))
    there, back = mix.forward(row, SIZES), mix.inverse(row, SIZES)
    batch = torch.from_numpy(row)[None]
    assert np.abs(there - other.forward(batch, SIZES)[0].numpy()).max() < 1e-5
    assert np.abs(back - other.inverse(batch, SIZES)[0].numpy()).max() < 1e-5


def test_inverse_undoes_it_and_energy_stays_in_each_group(
    drawn_mix: Callable[..., KeyedMix],
) -> None:
    mix, ends = drawn_mix(SIZES), np.cumsum(SIZES)[:-1]
    row = np.random.default_rng(3).standard_normal(sum(SIZES)).astype(np.float32)
    before = row.copy()
    mixed = mix.forward(row, SIZES)
    assert np.array_equal(row, before)
    assert np.abs(mix.inverse(mixed, SIZES) - row).max() < 1e-5
    for one, two in zip(np.split(row, ends), np.split(mixed, ends), strict=True):
        assert float(one @ one) == pytest.approx(float(two @ two), rel=1e-4)


@pytest.mark.parametrize("size", [1, 2, 3, 64, 65, 1009])
def test_hartley_is_its_own_inverse_and_the_one_of_torch(size: int) -> None:
    x = np.random.default_rng(size).standard_normal(size).astype(np.float32)
    found = hartley(x)
    assert found.dtype == np.float32
    assert np.abs(hartley(found) - x).max() < 1e-5
    assert np.abs(found - torch_side.hartley(torch.from_numpy(x)[None])[0].numpy()).max() < 1e-5


def test_no_mix_is_the_same_for_everyone() -> None:
    row = np.arange(40, dtype=np.float32)
    mix = no_mix(40)
    assert np.abs(mix.inverse(mix.forward(row, [40]), [40]) - row).max() < 1e-4
    assert not mix.filler().any()
