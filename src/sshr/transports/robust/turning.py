"""The eight ways in which a picture can lie: turned by quarters, mirrored or not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TURNS = (
    *("", "turned by a quarter to the right", "turned by half"),
    "turned by a quarter to the left",
)


@dataclass(frozen=True)
class Turn:
    """How a received picture becomes upright.

    Attributes:
        mirrored: left and right are exchanged first.
        quarters: then it is turned by so many quarters to the left, 0..3.
    """

    mirrored: bool = False
    quarters: int = 0

    def upright(self, picture: NDArray) -> NDArray:
        """A received picture as the reference lies: a view of (H, W) or (H, W, C)."""
        seen = picture[:, ::-1] if self.mirrored else picture
        return np.rot90(seen, self.quarters)

    def back(self, picture: NDArray) -> NDArray:
        """Inverse of `upright`."""
        seen = np.rot90(picture, -self.quarters)
        return seen[:, ::-1] if self.mirrored else seen

    @property
    def is_across(self) -> bool:
        """Whether rows become columns."""
        return self.quarters % 2 == 1

    @property
    def is_flipped(self) -> tuple[bool, bool]:
        """Whether rows and columns of the upright picture run against the received one."""
        corner = self.upright(np.arange(4).reshape(2, 2))
        return bool(corner[1, 0] < corner[0, 0]), bool(corner[0, 1] < corner[0, 0])

    @property
    def words(self) -> str:
        """What was done to the picture; empty for nothing."""
        if self.mirrored and self.quarters == 2:
            return "mirrored top to bottom"
        # Undone last is done first: turned, then mirrored.
        parts = (_TURNS[self.quarters], "mirrored" if self.mirrored else "")
        return " and ".join(part for part in parts if part)


TURNS = tuple(Turn(mirrored, quarters) for mirrored in (False, True) for quarters in range(4))
