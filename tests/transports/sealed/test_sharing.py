"""Shares of planes: what detail asks for, wherever it lies."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.transports.sealed.sharing import plane_shares

Rgb8 = NDArray[np.uint8]
Photo = Callable[..., Rgb8]


def test_grey_has_one_plane(photo: Photo) -> None:
    assert plane_shares(photo("parrots", 64, 64)[..., 0], 1000) == [1.0]


@pytest.mark.parametrize("size", [(16, 16), (64, 1003), (130, 71), (257, 90)])
@pytest.mark.parametrize("capacity", [-5, 0, 1, 10**3, 10**6])
def test_shares_are_one_together_and_none_is_nothing(size: tuple[int, int], capacity: int) -> None:
    rng = np.random.default_rng(1)
    for picture in (np.zeros((*size, 3), np.uint8), rng.integers(0, 256, (*size, 3), np.uint8)):
        shares = plane_shares(picture, capacity)
        assert sum(shares) == pytest.approx(1)
        assert min(shares) > 0.009


def test_planes_of_equal_detail_have_equal_shares() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (256, 256, 3), np.uint8)
    assert plane_shares(noise, noise.size // 2) == pytest.approx([1 / 3] * 3, abs=0.01)


def test_colours_get_more_the_more_of_the_picture_has_them(photo: Photo) -> None:
    picture = photo("parrots", 320, 288)
    found = []
    for rows in (0, 40, 160, 320):
        own = picture.copy()
        own[rows:] = own[rows:, :, 1:2]
        found.append(sum(plane_shares(own, own.size // 4)[1:]))
    assert found[0] < 0.03
    assert found == sorted(found)
    assert found[3] > 3 * found[1] > 6 * found[0]
