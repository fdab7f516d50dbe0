"""A filter is found, applied and undone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.robust import filters
from sshr.transports.robust.blocks import ONE, luma
from sshr.transports.robust.filters import (
    FILTERS,
    SIDE,
    fast_length,
    filtered,
    fitted,
    inverse,
    scaled,
)

Rgb8 = NDArray[np.uint8]
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def own(reference: Rgb8) -> Floats:
    return luma(reference) / ONE


def kernel(*middle: float) -> Floats:
    """A filter along the rows."""
    found = np.zeros((SIDE, SIDE))
    reach = len(middle) // 2
    found[SIDE // 2, SIDE // 2 - reach : SIDE // 2 + reach + 1] = middle
    return found


def test_filtered_directly(own: Floats) -> None:
    found = filtered(own, kernel(0.1, 0.7, 0.3))
    wanted = 0.1 * own[:, :-2] + 0.7 * own[:, 1:-1] + 0.3 * own[:, 2:]
    assert found[:, 1:-1] == pytest.approx(wanted)


def test_fitted_finds_it(own: Floats) -> None:
    used = kernel(0.2, 0.7, 0.1)
    found, offset, power = fitted(filtered(own, used) + 4, own)
    assert found == pytest.approx(used, abs=0.03)
    left = filtered(own, used) + 4 - filtered(own, found) - offset
    assert float(np.square(left).mean()) == pytest.approx(power, abs=0.01)
    assert power < 0.01


@pytest.mark.parametrize("taps", [(1,), (1, 2, 1), (1, 1, 1), (1, 4, 6, 4, 1), (1, 1, 1, 1, 1)])
def test_a_smooth_picture_shows_which_of_the_usual_filters_it_was(taps: tuple[int, ...]) -> None:
    rows, columns = np.mgrid[:96, :128].astype(np.float64)
    own = 120 + 40 * np.sin(columns / 4) * np.cos(rows / 5) + 30 * np.sin(rows / 9 + columns / 7)
    line = np.pad(np.array(taps) / sum(taps), (SIDE - len(taps)) // 2)
    used = np.outer(line, line)
    seen = np.rint(filtered(own, used) + np.random.default_rng(1).normal(0, 1, own.shape))
    assert fitted(seen, own)[0] == pytest.approx(used, abs=0.02)


def test_a_flat_picture_shows_no_blur() -> None:
    nothing = np.zeros((SIDE, SIDE))
    nothing[SIDE // 2, SIDE // 2] = 1
    own = np.full((96, 128), 100.0)
    for seed in range(8):
        seen = own + np.random.default_rng(seed).normal(0, 3, own.shape)
        assert fitted(seen, own)[0] == pytest.approx(nothing, abs=0.01)


def test_inverse_undoes_it(own: Floats) -> None:
    changes = np.random.default_rng(1).normal(size=own.shape)
    used = kernel(0.1, 0.8, 0.1)
    back = inverse(filtered(changes, used), used)
    assert float(np.square(back - changes)[8:-8, 8:-8].mean()) < 0.02
    assert float(np.square(filtered(changes, used) - changes).mean()) > 0.05


def test_tiles_of_a_large_plane_show_no_seam(monkeypatch) -> None:
    rng = np.random.default_rng(2)
    plane = rng.normal(size=(250, 300))
    line = np.pad(np.full(3, 1 / 3), 3)
    used = np.outer(line, line)
    whole = filtered(plane, used), inverse(plane, used)
    monkeypatch.setattr(filters, "_TILE", 100)
    parts = filtered(plane, used), inverse(plane, used)
    assert parts[0] == pytest.approx(whole[0], abs=1e-12)
    # A plane's own edges touch each other where it is not cut.
    inner = slice(40, -40), slice(40, -40)
    away = np.square(parts[1] - whole[1])[inner].mean()
    assert float(away) < 1e-4 * float(np.square(whole[1])[inner].mean())


@pytest.mark.parametrize("name", FILTERS)
def test_a_box_is_resized_as_the_cut_piece_is(own: Floats, name: str) -> None:
    box = scaled(own, (40, 50), FILTERS[name], (16, 24, 116, 104))
    piece = scaled(own[24:104, 16:116], (40, 50), FILTERS[name])
    assert box[4:-4, 4:-4] == pytest.approx(piece[4:-4, 4:-4], abs=1e-3)


def test_fast_lengths() -> None:
    assert [fast_length(side) for side in (1, 7, 11, 61, 97, 1025)] == [1, 8, 12, 64, 100, 1080]
