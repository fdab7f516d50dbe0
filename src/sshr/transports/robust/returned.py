"""Pictures that were made smaller and came back in their own size.

No single filter does what that does to fine detail, for it depends on where a pixel lies. So the
reference is sent the same way.
"""

import numpy as np
from numpy.typing import NDArray

from sshr.transports.robust.filters import FILTERS, fitted_at, scaled, spacing

Floats = NDArray[np.floating]

_WAYS = tuple((scale, name) for scale in (0.5, 0.75) for name in ("bicubic", "Lanczos", "bilinear"))
_PIECE, _FEW = 512, 5_000
"""Pixels of a side, and samples, by which a way is recognised."""

_GAIN = 0.6
"""Of what one filter leaves: a way that leaves less is likely."""


def returned(plane: Floats, scale: float, name: str) -> Floats:
    """A plane that was in this scale, by this filter of `FILTERS`."""
    shape = tuple(max(round(side * scale), 1) for side in plane.shape)
    return scaled(scaled(plane, shape, FILTERS[name]), plane.shape, FILTERS[name])


def way_there(seen: Floats, own: Floats) -> tuple[float, str] | None:
    """The scale and filter by which a received plane seems to have been smaller, or None.

    Args:
        seen, own: of one size.
    """
    first = [max((side - _PIECE) // 2, 0) // 8 * 8 for side in own.shape]
    piece = tuple(slice(at, at + _PIECE) for at in first)
    seen, own = seen[piece], own[piece]
    # An odd spacing: all pixels of one place between two that were kept are the work of one filter.
    skip = spacing(own, _FEW) | 1
    best, least = None, _GAIN * fitted_at(seen, own, skip)[-1]
    for way in _WAYS:
        left = fitted_at(seen, returned(own, *way), skip)[-1]
        if left < least:
            best, least = way, left
    return best
