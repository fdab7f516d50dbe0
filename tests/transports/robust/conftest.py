"""Small pictures, and a promise of few channels for whole stegos."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.design import ROUNDING, Design
from sshr.transports.robust.profiles import DESIGNS, PROMISES, Promise

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


@pytest.fixture(scope="session")
def plan(reference: Rgb8) -> Design:
    return DESIGNS["messenger"](reference, 40.6, ROUNDING)


@pytest.fixture
def few_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sender tries two channels only; the design stays as it is."""
    short = Promise("messenger", ("jpeg:75", "small:0.5"), ("jpeg:75",), 0.004)
    monkeypatch.setitem(PROMISES, "messenger", short)
