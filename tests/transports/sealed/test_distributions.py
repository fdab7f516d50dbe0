"""The distributions: integers, pinned, and exactly what the coder uses."""

import hashlib

import constriction
import numpy as np
import pytest

from sshr.transports.sealed.coder import _distribution
from sshr.transports.sealed.distributions import (
    LEVELS,
    PRECISION,
    frequencies,
    louder,
    reach,
    weights,
)


def test_weights_are_pinned() -> None:
    """Both sides of a stego, whatever the platform, must have these."""
    digest = hashlib.sha256()
    for level in range(0, LEVELS, 16):
        digest.update(weights(level).astype("<i8").tobytes())
    assert digest.hexdigest()[:32] == "4d06042bdde92c6247114ecfd6ccb355"


def test_weights_are_those_of_a_gaussian() -> None:
    for level in (100, 400, LEVELS - 1):
        change = np.arange(reach(level) + 1)
        wanted = 2.0**36 * np.exp(-16 * 2 ** (-level / 64) * change**2)
        np.testing.assert_allclose(weights(level), wanted, rtol=1e-4)


@pytest.mark.parametrize("level", [-1, LEVELS])
def test_other_levels_are_refused(level: int) -> None:
    with pytest.raises(ValueError, match="noise level"):
        weights(level)


@pytest.mark.parametrize(("level", "down", "up"), [(64, 1, 1), (500, 0, 7), (768, 60, 3)])
def test_frequencies_are_those_that_the_coder_uses(level: int, down: int, up: int) -> None:
    """A decoder fed with every quantile at a symbol's borders must switch exactly there."""
    up, down = min(up, reach(level)), min(down, reach(level))
    table = frequencies(level, down, up)
    assert table.sum() == 1 << PRECISION
    assert table.min() >= 1
    ends = np.cumsum(table)
    distribution = _distribution(table)
    for symbol, end in enumerate(ends.tolist()):
        for quantile, expected in ((end - 1, symbol), (end - int(table[symbol]), symbol)):
            # The lowest bits of the coder's state are the quantile.
            state = np.array([quantile | (1 << 31), 1 << 8], np.uint32)
            coder = constriction.stream.stack.AnsCoder(state)
            found = coder.decode(distribution, 1)[0]
            low = quantile if quantile < 1 << PRECISION else 0
            assert low == quantile
            assert found == expected


@pytest.mark.parametrize("level", [120, 300, 500])
def test_louder_levels_have_the_mean_square_that_is_asked_for(level: int) -> None:
    def mean_square(own: int) -> float:
        half = weights(own).astype(float)
        change = np.arange(len(half))
        return float(2 * (half * change**2).sum() / (2 * half.sum() - half[0]))

    assert louder(level, 0) == level
    for steps in range(1, 9):
        found = louder(level, steps)
        assert mean_square(found) >= mean_square(level) * 2 ** (steps / 4) * (1 - 1e-4)
        assert mean_square(found - 1) < mean_square(level) * 2 ** (steps / 4) * (1 + 1e-4)
    assert louder(LEVELS - 2, 40) == LEVELS - 1
