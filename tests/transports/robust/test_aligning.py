"""A place within hundredths of a pixel."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sshr.transports.robust.aligning import aligned
from sshr.transports.robust.blocks import ONE, luma
from sshr.transports.robust.profiles import through
from sshr.transports.robust.searching import Guess
from sshr.transports.robust.turning import Turn

Rgb8 = NDArray[np.uint8]


def plane(picture: Rgb8) -> NDArray[np.float32]:
    return (luma(picture) / ONE).astype(np.float32)


@pytest.fixture(scope="module")
def shared(photo: Callable[..., Rgb8]) -> Rgb8:
    return photo("sailboats", 160, 176)


def boxed(picture: Rgb8, size: tuple[int, int], box: tuple[float, float, float, float]) -> Rgb8:
    """A box (left, top, right, bottom) in another size (width, height)."""
    return np.array(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC, box))


@pytest.mark.parametrize("name", ["png", "jpeg:85", "noise"])
@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((176, 160), (0, 0, 176, 160)),
        ((100, 91), (0, 0, 176, 160)),
        ((230, 200), (10.3, 5.6, 170.4, 144.8)),
        ((120, 120), (40, 20, 160, 140)),
    ],
)
def test_scale_and_shift(
    shared: Rgb8, size: tuple[int, int], box: tuple[float, float, float, float], name: str
) -> None:
    seen = through(name, boxed(shared, size, box))
    scale = (box[3] - box[1]) / size[1], (box[2] - box[0]) / size[0]
    rough = Guess(Turn(), (scale[0] * 1.02, scale[1] * 1.02), (box[1] - 2, box[0] + 2))
    found = aligned(rough, plane(seen), plane(shared))
    assert found is not None
    ends = [scale[axis] * size[1 - axis] + box[1 - axis] for axis in (0, 1)]
    told = [found.scale[axis] * size[1 - axis] + found.start[axis] for axis in (0, 1)]
    most = 0.1 if name == "png" else 0.15
    assert found.start == pytest.approx((box[1], box[0]), abs=most)
    assert told == pytest.approx(ends, abs=most)
    assert found.score > 0.4


def test_turned_and_darker(shared: Rgb8) -> None:
    turn = Turn(True, 1)
    seen = np.ascontiguousarray(turn.back(shared[12:, 7:] // 2 + 30))
    found = aligned(Guess(turn, (1, 1), (10, 10)), plane(seen), plane(shared))
    assert found is not None
    assert found.start == pytest.approx((12, 7), abs=0.15)
    assert found.scale == pytest.approx((1, 1), abs=2e-3)
    assert found.score > 0.8


def test_something_else_has_no_likeness(shared: Rgb8, photo: Callable[..., Rgb8]) -> None:
    found = aligned(Guess(Turn(), (1, 1), (0, 0)), plane(photo("parrots", 160, 176)), plane(shared))
    assert found is None or found.score < 0.25


def test_nothing_in_sight(shared: Rgb8) -> None:
    assert aligned(Guess(Turn(), (1, 1), (158, 0)), plane(shared), plane(shared)) is None
