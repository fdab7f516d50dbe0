"""A sample of a large reference says what the whole would."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust.layers import Ground
from sshr.transports.robust.sampling import ACROSS, WINDOW, sampled

Rgb8 = NDArray[np.uint8]


def test_small_references_stand_for_themselves(reference: Rgb8) -> None:
    ground = Ground.of(reference, "messenger", 40.6, False)
    assert sampled(ground) is ground


@pytest.mark.parametrize("design", ["messenger", "harsh"])
def test_windows_lie_on_the_blocks(reference: Rgb8, design: str) -> None:
    large = np.tile(reference, (11, 13, 1))[:-5, :-9]
    ground = Ground.of(large, design, 40.6, False)
    part = sampled(ground)
    assert part.reference.shape == (WINDOW * ACROSS, WINDOW * ACROSS, 3)
    side = part.plan.side
    assert part.plan.zero.shape == (WINDOW * ACROSS // side,) * 2 + (side, side)
    again = Ground.of(part.reference, design, 40.6, False)
    # The same blocks at the same price of power, nearly: a changed place of a window would differ.
    assert np.mean(again.plan.classes == part.plan.classes) > 0.95
    used = (part.plan.classes > 0).mean() / (ground.plan.classes > 0).mean()
    assert used == pytest.approx(1, abs=0.05)
