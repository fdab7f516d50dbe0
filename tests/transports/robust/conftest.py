"""A promise of few channels for whole stegos."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.design import ROUNDING, Design
from sshr.transports.robust.profiles import DESIGNS, PROMISES, Promise

Rgb8 = NDArray[np.uint8]


@pytest.fixture(scope="session")
def plan(reference: Rgb8) -> Design:
    return DESIGNS["messenger"](reference, 40.6, ROUNDING)


@pytest.fixture
def few_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sender tries two channels only; the design stays as it is."""
    short = Promise("messenger", ("jpeg:75", "small:0.5"), ("jpeg:75",), 0.004)
    monkeypatch.setitem(PROMISES, "messenger", short)
