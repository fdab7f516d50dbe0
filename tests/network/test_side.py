"""The entropy code's tables as part of a network, and layers from levels."""

import numpy as np
import pytest
import torch

from sshr.coding.rate import step_size
from sshr.coding.tables import Tables, table_shapes
from sshr.network.coarse import layer_of
from sshr.network.side import CodeTables
from sshr.network.subbands import split_subbands


def some_tables() -> Tables:
    rng = np.random.default_rng(1)
    shapes = table_shapes(2).items()
    return Tables(**{name: rng.integers(1, 70_000, s, dtype=np.int32) for name, s in shapes})


def test_tables_travel_unchanged_with_the_state() -> None:
    tables, source, copy = some_tables(), CodeTables(2), CodeTables(2)
    source.put(tables)
    copy.load_state_dict(source.state_dict(), strict=True)
    for name in table_shapes(2):
        assert np.array_equal(getattr(copy.float().get(), name), getattr(tables, name))


def test_tables_that_cannot_be_right_are_refused() -> None:
    module = CodeTables(2)
    module.low.zero_()
    with pytest.raises(ValueError, match="not positive"):
        module.get()


def test_layer_of_stacks_tiles() -> None:
    rng = np.random.default_rng(2)
    tiles = []
    for index in (3, 200):
        low = rng.integers(-90, 90, (3, 4, 5), dtype=np.int32)
        details = [rng.integers(-9, 9, (3, 3, 4 << n, 5 << n), dtype=np.int32) for n in (0, 1)]
        tiles.append(((low, details), index))
    layer = layer_of(tiles, torch.device("cpu"))
    assert layer.levels.dtype == layer.step.dtype == torch.float32
    assert layer.step.tolist() == pytest.approx([step_size(3), step_size(200)])
    low, details = split_subbands(layer.levels, 2)
    for i, ((own_low, own), _) in enumerate(tiles):
        assert np.array_equal(low[i].numpy(), own_low)
        assert all(np.array_equal(a[i].numpy(), b) for a, b in zip(details, own, strict=True))
