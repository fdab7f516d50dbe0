"""A sender whose random bytes are known, and small pictures."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import sshr
from sshr.crypto.header import Sending

Rgb8 = NDArray[np.uint8]


@pytest.fixture(scope="session")
def reference(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("sailboats")


@pytest.fixture(scope="session")
def secret(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("parrots", 96, 112)


@pytest.fixture
def same_session(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Sending.start

    def seeded(reference: Rgb8, keys: sshr.Keys) -> Sending:
        return start(reference, keys, random=random.Random(1).randbytes)

    monkeypatch.setattr(Sending, "start", staticmethod(seeded))
