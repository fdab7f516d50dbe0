"""The step for so many bits: never more than they are, and nearly all of them."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sshr.coding.model import LIMIT, ContextModel
from sshr.coding.rate import STEPS, choose_step, quantise, step_size
from sshr.coding.tables import Tables
from sshr.network.coarse import subbands_of
from sshr.network.transform import Transform

Photo = Callable[..., NDArray[np.uint8]]
Planes = tuple[NDArray[np.float32], list[NDArray[np.float32]]]


@pytest.fixture(scope="module")
def model(tables: Callable[[int], Tables]) -> ContextModel:
    return ContextModel(tables(4))


def planes_of(picture: NDArray[np.uint8]) -> Planes:
    image = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255
    return subbands_of(Transform("db4:4", "opponent"), image)[0]


def length(model: ContextModel, planes: Planes, index: int) -> float:
    return model.length(quantise(*planes, step_size(index)))


@pytest.mark.parametrize("rate", [0.06, 0.2, 0.5])
@pytest.mark.parametrize("name", ["parrots", "sailboats"])
@pytest.mark.parametrize("size", [(64, 80), (192, 160)])
def test_nearly_all_bits_of_a_photograph_are_used(
    rate: float, name: str, size: tuple[int, int], model: ContextModel, photo: Photo
) -> None:
    planes = planes_of(photo(name, *size))
    bits = rate * 3 * size[0] * size[1]
    found = length(model, planes, choose_step(model, *planes, bits))
    assert 0.94 * bits < found <= bits


def test_bits_are_never_exceeded_where_a_step_can_avoid_it(model: ContextModel) -> None:
    rng = np.random.default_rng(1)
    pictures = [
        np.zeros((64, 64, 3), np.uint8),
        np.full((64, 64, 3), 255, np.uint8),
        rng.integers(0, 256, (64, 64, 3), dtype=np.uint8),
        np.repeat(rng.integers(0, 2, (64, 64, 1), dtype=np.uint8) * 255, 3, axis=2),
        np.tile(np.arange(64, dtype=np.uint8)[:, None, None] * 4, (1, 64, 3)),
    ]
    for picture in pictures:
        planes = planes_of(picture)
        for bits in (1.0, 600.0, 3000.0, 20000.0):
            index = choose_step(model, *planes, bits)
            assert 0 < index < STEPS
            assert length(model, planes, index) <= bits or index == STEPS - 1


def test_steps_are_fortieths_of_an_octave_from_half_a_grey_level() -> None:
    assert step_size(0) == pytest.approx(0.5 / 255)
    for index in (0, 100, STEPS - 41):
        assert step_size(index + 40) == pytest.approx(2 * step_size(index))


def test_quantiser_has_a_dead_zone_for_details_only() -> None:
    values = np.array([-2.6, -1.0, -0.57, -0.5, 0.0, 0.5, 0.57, 0.59, 1.57, 1.59], np.float32)
    low, (detail,) = quantise(values[None], [values[None]], 1.0)
    assert low[0].tolist() == [-3, -1, -1, -1, 0, 1, 1, 1, 2, 2]
    assert detail[0].tolist() == [-3, -1, 0, 0, 0, 0, 0, 1, 1, 2]
    assert low.dtype == detail.dtype == np.int32
    far, _ = quantise(np.array([1e9, -1e9], np.float32), [], 0.1)
    assert far.tolist() == [LIMIT - 1, 1 - LIMIT]
