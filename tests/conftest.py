"""Settings that every test runs under, and pieces of real photographs."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import DataObject, data
from numpy.typing import NDArray
from PIL import Image

Photo = Callable[..., NDArray[np.uint8]]
Drawing = Callable[[str], AbstractContextManager[None]]
PHOTOS = Path(__file__).parents[1] / "examples" / "photos"

# As the command line does, before torch is loaded: waiting threads that spin stall a busy machine.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

settings.register_profile("sshr", derandomize=True, deadline=None, max_examples=30)
settings.load_profile("sshr")


@pytest.fixture(scope="session", autouse=True)
def _two_threads_at_most() -> None:
    import torch

    torch.set_num_threads(min(2, torch.get_num_threads()))


@pytest.fixture(scope="session")
def fuzz() -> Callable[[Callable[[DataObject], None], int], None]:
    """Runs a target on so many examples, always the same ones; or, where SSHR_FUZZ_SECONDS is set,
    on rounds of new ones for so long."""
    patience = float(os.environ.get("SSHR_FUZZ_SECONDS", "0"))

    def run(target: Callable[[DataObject], None], examples: int) -> None:
        started = time.monotonic()
        while True:
            chosen = settings(
                max_examples=examples,
                derandomize=not patience,
                deadline=None,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )
            attempt = chosen(given(data())(lambda drawn: target(drawn)))
            (seed(time.time_ns())(attempt) if patience else attempt)()
            if time.monotonic() - started >= patience:
                return

    return run


@pytest.fixture(scope="session")
def photo() -> Photo:
    """Cuts pieces, HWC uint8 RGB, out of the example photographs (512 px a side or more)."""

    def cut(
        name: str, height: int = 128, width: int = 128, top: int = 100, left: int = 150
    ) -> NDArray[np.uint8]:
        with Image.open(PHOTOS / f"{name}.png") as image:
            piece = np.array(image)[top : top + height, left : left + width]
        assert piece.shape == (height, width, 3)
        return piece

    return cut


@pytest.fixture(scope="session")
def drawing_from() -> Drawing:
    """Inside it senders draw what follows from a word, one after another, and not from the system:
    a test that passes does so every time."""
    from sshr.header.writer import HeaderWriter
    from sshr.pipeline.conceal import conceal

    start = HeaderWriter.start.__func__  # type: ignore[attr-defined]

    @contextmanager
    def drawing(word: str) -> Iterator[None]:
        draw = random.Random(word).randbytes
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(start, "__defaults__", (draw,))
            patch.setitem(conceal.__kwdefaults__, "random", draw)
            yield

    return drawing


@pytest.fixture
def same_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sender draws the same bytes, so that only what follows can make a difference."""
    from sshr.header.writer import FreshKeys

    draw = FreshKeys.__init__

    def seeded(fresh: FreshKeys, keys: Any, _: object = None) -> None:
        draw(fresh, keys, random.Random(1).randbytes)

    monkeypatch.setattr(FreshKeys, "__init__", seeded)
