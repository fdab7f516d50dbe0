"""One stego that several tests read."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr

Rgb8 = NDArray[np.uint8]


@pytest.fixture(scope="session")
def secret(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("parrots")


@pytest.fixture(scope="session")
def stego(secret: Rgb8, reference: Rgb8, drawing_from) -> sshr.Stego:
    with drawing_from("analog stego"):
        return sshr.conceal(secret, reference, sshr.Keys(reference_alone=True))
