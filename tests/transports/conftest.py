"""Small pictures; draws that are the same every time."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

Rgb8 = NDArray[np.uint8]


@pytest.fixture(autouse=True)
def _same_draws_every_time(request: pytest.FixtureRequest, drawing_from) -> Iterator[None]:
    with drawing_from(request.node.name):
        yield


@pytest.fixture(scope="session")
def reference(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("sailboats")


@pytest.fixture(scope="session")
def secret(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("parrots", 96, 112)
