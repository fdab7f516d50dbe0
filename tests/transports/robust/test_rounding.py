"""How a coder rounds is told from what it has made."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.rounding import Cells, Learned, Nearest, learned, likeliest

DEVIATION = 0.45
STEP = np.float32(6)


def coded(threshold: float, seed: int = 1) -> tuple[Cells, NDArray[np.bool_]]:
    """Coefficients whose bits shift them by half a step, in cells by a coder that rounds up from
    this part of a step on; and the bits."""
    rng = np.random.default_rng(seed)
    count = 12_000
    zero = rng.laplace(0, 1.5, count).astype(np.float32)
    one = zero + np.float32(0.5)
    bits = rng.random(count) < 0.5
    true = np.where(bits, one, zero) + rng.normal(0, DEVIATION, count) / STEP
    cell = np.sign(true) * np.floor(np.abs(true) + 1 - threshold)
    kinds = rng.integers(1, 3, count).astype(np.uint8)
    steps = np.full(count, STEP)
    return Cells(zero, one, cell.astype(np.float32), steps, kinds), bits


def information(chances: tuple[NDArray[np.float32], NDArray[np.float32]], bits: NDArray) -> float:
    """Bits that each coefficient tells."""
    right = np.where(bits, chances[1], chances[0]) / (chances[0] + chances[1])
    return 1 + float(np.log2(right).mean())


def test_plain_rounding_is_the_nearest_cell() -> None:
    cells, bits = coded(0.5)
    assert likeliest(cells, DEVIATION) == Nearest(DEVIATION)
    assert information(Nearest(DEVIATION).chances(cells), bits) > 0.4


@pytest.mark.parametrize("threshold", [0.6, 0.75])
def test_another_rounding_is_learned(threshold: float) -> None:
    cells, bits = coded(threshold)
    found = likeliest(cells, DEVIATION)
    assert isinstance(found, Learned)
    gained = information(found.chances(cells), bits)
    assert gained > information(Nearest(DEVIATION).chances(cells), bits) + 0.03
    assert gained > 0.35
    up = found.up.reshape(2, 3, 16)[0, 0]
    assert up[: int(16 * threshold) - 2].max() < 0.2
    assert up[int(16 * threshold) + 2 :].min() > 0.8


def test_what_is_learned_of_some_holds_for_others() -> None:
    rounding = learned(coded(0.7)[0])
    cells, bits = coded(0.7, seed=2)
    assert information(rounding.chances(cells), bits) > 0.35


def test_cells_of_anything_else_are_nobodys() -> None:
    cells, _ = coded(0.5)
    mixed = np.random.default_rng(3).permutation(cells.cell) * 2
    other = Cells(cells.zero, cells.one, mixed, cells.steps, cells.kinds)
    assert likeliest(other, DEVIATION) is None
