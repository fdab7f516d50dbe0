"""How a plane was cut or resized is found, and undone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.blocks import ONE, luma
from sshr.transports.robust.filters import FILTERS, scaled
from sshr.transports.robust.resampling import Resampling

Rgb8 = NDArray[np.uint8]
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def own(reference: Rgb8) -> Floats:
    return luma(reference) / ONE


def smooth(shape: tuple[int, ...]) -> Floats:
    rows, columns = np.indices(shape)
    return 3 * np.sin(rows / 5.1) * np.cos(columns / 6.3)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("size", [(96, 96), (77, 70), (160, 150)])
def test_the_filter_is_found(own: Floats, name: str, size: tuple[int, int]) -> None:
    box = (0.0, 6.5, 120.0, 128.0)
    found = Resampling.of(np.rint(scaled(own, size, FILTERS[name], box)), own, box)
    assert found.name == name
    assert float(np.square(found.residual).mean()) < 0.2


@pytest.mark.parametrize("size", [(90, 96), (122, 120), (180, 200)])
def test_changes_go_forward_and_back(own: Floats, size: tuple[int, int]) -> None:
    box, changes = (0.0, 6.0, 120.0, 128.0), smooth(own.shape)
    seen = scaled(own + changes, size, FILTERS["bicubic"], box)
    way = Resampling.of(seen, own, box)
    assert distance(way.forward(changes), way.residual) < 0.15
    back = way.back(way.residual, (8, 16, 112, 120))
    assert back.shape == (104, 104)
    assert distance(back, changes[16:120, 8:112]) < 0.15


def distance(one: Floats, other: Floats) -> float:
    """Mean square of what differs; the changes have 2.2."""
    return float(np.square(one - other).mean())


def test_own_pixels(own: Floats) -> None:
    changes = smooth(own.shape)
    way = Resampling.of((own + changes)[5:, 3:100], own, (3, 5, 100, 128), unscaled=True)
    assert way.name == ""
    assert np.array_equal(way.small, own[5:, 3:100])
    assert distance(way.back(way.residual, (8, 8, 96, 128)), changes[8:128, 8:96]) < 0.15
