"""Spectra like those of a fit, and planes to round."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.rounding.kernels import Kernels, design

SHARES = (3.0, 9.0, 24.0, 60.0, 96.0)
POWERS = tuple(float(p) for p in np.exp([-3.9, -2.2, -0.9, 0.1, 0.55]))
Drawn = Callable[..., NDArray[np.float32]]


@pytest.fixture(scope="session")
def spectrum() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Shares and powers, quiet at low frequencies; the mean log power is about zero."""
    return SHARES, POWERS


@pytest.fixture(scope="session")
def kernels() -> Kernels:
    return design(SHARES, POWERS)


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    """Smooth planes (count, height, width) with fractions, between `low` and `high` about."""

    def make(
        count: int, height: int, width: int, seed: int = 0, low: float = 20, high: float = 230
    ) -> NDArray[np.float32]:
        rng = np.random.default_rng(seed)
        rows = np.linspace(0, 3, height)[:, None] + rng.uniform(0, 6, (count, 1, 1))
        columns = np.linspace(0, 2, width)[None] * rng.uniform(0.5, 2, (count, 1, 1))
        shading = 0.5 + 0.45 * np.sin(rows + columns)
        exact = low + (high - low) * shading + rng.normal(0, 3, (count, height, width))
        return exact.astype(np.float32)

    return make
