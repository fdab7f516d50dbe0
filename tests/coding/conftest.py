"""Tables from a fixed formula, and levels of every kind that a tile can have."""

from collections.abc import Callable

import numpy as np
import pytest

from sshr.coding.model import Subbands
from sshr.coding.tables import CONTEXTS, LOW_CONTEXTS, LOW_SYMBOLS, SYMBOLS, Tables, table_shapes


def make_tables(levels: int) -> Tables:
    """Expectations that grow with every neighbour; integers alone, so the same everywhere."""
    shapes = table_shapes(levels)
    weights = np.empty(shapes["weights"], np.int32)
    weights[..., 0] = 12
    weights[..., 1:] = 30 + 5 * np.arange(shapes["weights"][-1] - 1)
    details = [[1 + 50000 * c**s // (c + 6) ** s for s in range(SYMBOLS)] for c in range(CONTEXTS)]
    low = [
        [1 + 9000 * (c + 1) ** s // (c + 2) ** s for s in range(LOW_SYMBOLS)]
        for c in range(LOW_CONTEXTS)
    ]
    return Tables(
        weights,
        np.broadcast_to(np.array(details, np.int32), shapes["details"]).copy(),
        np.broadcast_to(np.array(low, np.int32), shapes["low"]).copy(),
    )


def make_levels(
    seed: int, height: int, width: int, levels: int, share: float = 0.1, largest: int = 8191
) -> Subbands:
    """Random levels: about `share` of the details are not zero, sizes up to `largest`."""
    rng = np.random.default_rng(seed)

    def heavy(shape: tuple[int, ...]) -> np.ndarray:
        # From one to the largest, every order of magnitude alike.
        size = np.floor(largest ** rng.random(shape)).clip(1, largest)
        return (size * rng.choice([-1, 1], shape)).astype(np.int32)

    details = []
    for n in range(levels):
        shape = (3, 3, height << n, width << n)
        details.append(np.where(rng.random(shape) < share, heavy(shape), 0).astype(np.int32))
    return heavy((3, height, width)), details


@pytest.fixture(scope="session")
def tables() -> Callable[[int], Tables]:
    return make_tables


@pytest.fixture(scope="session")
def levels_of() -> Callable[..., Subbands]:
    return make_levels
