"""What both sides know of a detail before it is coded: integers from its neighbours' magnitudes.

Details are coded coarsest level first, colour by colour, orientation by orientation, and each
subband in two passes like the colours of a chessboard, so that the second pass sees all four direct
neighbours. Everything is a whole-array operation on small integers. This is the definition, which
the weights are fitted to; `sshr.coding.board` computes the same predictions faster.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sshr.coding.tables import FEATURES

Ints = NDArray[np.int32]
_CAP = 15


@lru_cache(maxsize=64)
def second_pass(height: int, width: int) -> NDArray[np.bool_]:
    """(height, width): which details belong to the second pass. Not to be written to."""
    return ((np.arange(height)[:, None] + np.arange(width)) % 2).astype(bool)


def cross(plane: Ints) -> Ints:
    """Sum over the four direct neighbours, (..., H, W); nothing lies outside."""
    total = np.zeros_like(plane)
    total[..., 1:, :] += plane[..., :-1, :]
    total[..., :-1, :] += plane[..., 1:, :]
    total[..., :, 1:] += plane[..., :, :-1]
    total[..., :, :-1] += plane[..., :, 1:]
    return total


class Neighbourhood:
    """Collects the magnitudes of one level and gives features for what comes next.

    Args:
        parent: capped magnitudes (3, 3, H/2, W/2) of the next coarser level, or None.
        shape: (H, W) of this level's subbands.
    """

    def __init__(self, parent: Ints | None, shape: tuple[int, int]) -> None:
        self.magnitudes = np.zeros((3, 3, *shape), np.int32)
        self.crosses = np.zeros_like(self.magnitudes)
        if parent is None:
            self._parents = None
        else:
            around = np.stack([parent, cross(parent)])
            everything = parent.sum((0, 1), dtype=np.int32)
            self._parents = _doubled(around)
            self._everything = _doubled(everything)

    def put(self, colour: int, orientation: int, levels: Ints) -> None:
        """Take in a whole subband (H, W) of signed levels."""
        capped = np.minimum(np.abs(levels), _CAP)
        self.magnitudes[colour, orientation] = capped
        self.crosses[colour, orientation] = cross(capped)

    def predict(self, colour: int, orientation: int, weights: Ints) -> Ints:
        """Fixed-point expected magnitudes (H, W) from all but the subband's own details."""
        total = np.full(self.magnitudes.shape[2:], weights[0], np.int32)
        for weight, plane in zip(weights[1:], self.planes(colour, orientation), strict=False):
            if weight and plane is not None:
                total += weight * plane
        return total

    def planes(self, colour: int, orientation: int) -> list[Ints | None]:
        """Features 1 to FEATURES - 2; feature 0 is one, the last is `cross` of the subband itself.

        Parent, its cross, earlier colours, cross of the last one, earlier orientations, their
        cross, all parents; None stands for zeros.
        """
        m, c = self.magnitudes, self.crosses
        parents: list[Ints | None] = [None, None, None]
        if self._parents is not None:
            around = self._parents[:, colour, orientation]
            parents = [around[0], around[1], self._everything]
        colours: list[Ints | None] = [None, None]
        if colour:
            colours = [m[:colour, orientation].sum(0, dtype=np.int32), c[colour - 1, orientation]]
        turned: list[Ints | None] = [None, None]
        if orientation:
            before = slice(0, orientation)
            turned = [m[colour, before].sum(0, dtype=np.int32)]
            turned.append(c[colour, before].sum(0, dtype=np.int32))
        planes = [parents[0], parents[1], *colours, *turned, parents[2]]
        assert len(planes) == FEATURES - 2
        return planes


def _doubled(planes: Ints) -> Ints:
    """Every sample twice along both axes."""
    return planes.repeat(2, axis=-1).repeat(2, axis=-2)
