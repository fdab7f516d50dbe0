"""One stego that many tests read."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr

Rgb8 = NDArray[np.uint8]


@pytest.fixture(autouse=True)
def _same_draws_every_time(request: pytest.FixtureRequest, drawing_from) -> Iterator[None]:
    with drawing_from(request.node.name):
        yield


@pytest.fixture(scope="session")
def secret(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("parrots")


@pytest.fixture(scope="session")
def reference(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("sailboats")


@pytest.fixture(scope="session")
def stego(secret: Rgb8, reference: Rgb8, drawing_from) -> sshr.Stego:
    """Concealed under the reference alone, which saves Argon2id's time."""
    with drawing_from("stego"):
        return sshr.conceal(secret, reference, sshr.Keys(reference_alone=True))


@pytest.fixture(scope="session")
def levels_apart() -> Callable[[Rgb8, Rgb8], int]:
    """The largest difference of two pictures in grey levels."""

    def most(one: Rgb8, other: Rgb8) -> int:
        assert one.shape == other.shape
        return int(np.abs(one.astype(int) - other).max())

    return most
