"""Planes, blocks and frequencies in NumPy are those of the network in torch."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sshr.inference.planes import (
    Colour,
    dct_matrix,
    frequency_places,
    join_blocks,
    planes_of,
    spectrum_of,
    split_blocks,
    to_levels,
    to_unit,
)
from sshr.network.bank import BlockBank, FrequencyRows
from sshr.network.transform import Transform

Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def planes() -> Floats:
    return np.random.default_rng(0).standard_normal((3, 48, 64)).astype(np.float32)


def test_levels_and_unit(photo: Callable[..., NDArray[np.uint8]]) -> None:
    tile = photo("parrots", 64, 80)
    unit = to_unit(tile)
    assert unit.shape == (3, 64, 80)
    assert unit.dtype == np.float32
    assert np.array_equal(np.rint(to_levels(unit)), tile)
    floats = np.asfortranarray(tile.astype(np.float32))
    assert np.allclose(to_unit(floats), unit)
    assert np.array_equal(np.rint(floats), tile)  # what was given is not written to
    channels_first = np.ascontiguousarray(tile.transpose(2, 0, 1), np.float32)
    to_unit(channels_first.transpose(1, 2, 0))
    assert np.array_equal(channels_first, tile.transpose(2, 0, 1))


@pytest.mark.parametrize("axes", ["opponent", "rgb"])
def test_colour(axes: str, planes: Floats, tensor: Callable[..., torch.Tensor]) -> None:
    colour, other = Colour(axes), Transform("haar:1", axes)
    found = colour.planes(planes)
    assert np.abs(found - other.planes(tensor(planes))[0].numpy()).max() < 1e-5
    assert np.abs(colour.unit(found) - planes).max() < 1e-5


@pytest.mark.parametrize("side", [4, 8, 16])
def test_blocks(side: int, planes: Floats, tensor: Callable[..., torch.Tensor]) -> None:
    tokens = split_blocks(planes, side)
    assert np.abs(tokens - BlockBank(side).split(tensor(planes))[0].numpy()).max() < 1e-5
    assert np.abs(join_blocks(tokens, side) - planes).max() < 1e-5


def test_frequencies(planes: Floats, tensor: Callable[..., torch.Tensor]) -> None:
    spectrum = spectrum_of(planes)
    row = spectrum.reshape(-1)[frequency_places(48, 64)]
    expected = FrequencyRows([1.0]).row(tensor(planes))[0].numpy()
    assert np.abs(row - expected).max() < 1e-4
    assert np.abs(planes_of(spectrum) - planes).max() < 1e-5


def test_what_is_shared_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        dct_matrix(16)[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        frequency_places(16, 16)[0] = 1
