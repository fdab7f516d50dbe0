"""The packaged presets as graphs, and the same networks in torch."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

import sshr
from sshr.inference.closed_form import ClosedForm
from sshr.inference.keyed_mix import KeyedMix
from sshr.network.constants import MIX_VECTORS
from sshr.zoo.loaded import LoadedModel
from sshr.zoo.tiles import load_tiles

Floats = NDArray[np.float32]


@pytest.fixture(params=["base", "paper"])
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def light(name: str) -> ClosedForm:
    loaded = load_tiles(name)
    assert isinstance(loaded, ClosedForm)
    return loaded


@pytest.fixture
def heavy(name: str) -> LoadedModel:
    return sshr.load_model(name, "cpu")


@pytest.fixture(scope="session")
def drawn_mix() -> Callable[..., KeyedMix]:
    """A mix for groups of these sizes; not cryptographic."""

    def make(sizes: list[int], seed: int = 0) -> KeyedMix:
        rng, count, start, parts = np.random.default_rng(seed), sum(sizes), 0, []
        for size in sizes:
            parts.append(start + rng.permutation(size))
            start += size
        signs = (rng.integers(0, 2, (MIX_VECTORS, count)) * 2 - 1).astype(np.int8)
        filler = rng.standard_normal(count).astype(np.float32)
        return KeyedMix(np.concatenate(parts), signs, lambda: filler)

    return make


@pytest.fixture(scope="session")
def tensor() -> Callable[[NDArray], torch.Tensor]:
    """An array as a batch of one."""
    return lambda array: torch.from_numpy(np.ascontiguousarray(array))[None]
