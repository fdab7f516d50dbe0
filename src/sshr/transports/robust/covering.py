"""Edges that something covers, such as black bars, where the rest lies as it was sent."""

import numpy as np

from sshr.transports.robust.blocks import levels
from sshr.transports.robust.placing import Placement, Span
from sshr.transports.robust.searching import LEAST_IN_SIGHT
from sshr.transports.robust.turning import Turn
from sshr.types import Rgb8

_CALM, _STRANGE, _RATIO = 120.0, 300.0, 6.0
"""Levels squared to which lines may show the same; levels squared, and times as much as elsewhere,
from which on one shows something else."""

_FEW = 512
"""Samples of a line that are looked at, about."""


def uncovered(received: Rgb8, reference: Rgb8) -> Placement | None:
    """What shows the reference, where that is a part in the middle, or None.

    Args:
        received, reference: of one shape.
    """
    rows = _span(received, reference)
    inner = (each[slice(*rows)].swapaxes(0, 1) for each in (received, reference))
    columns = _span(*inner)
    size = reference.shape[0], reference.shape[1]
    area, shown = size[0] * size[1], (rows[1] - rows[0]) * (columns[1] - columns[0])
    if not LEAST_IN_SIGHT * area <= shown < area:
        return None
    tops, sides = ((float(first), float(end)) for first, end in (rows, columns))
    return Placement(Turn(), rows, columns, tops, sides, size, size)


def _span(received: Rgb8, reference: Rgb8) -> Span:
    """Rows between those at the top and at the bottom that show something else: [first, end)."""
    step = max(received.shape[1] // _FEW, 1)
    seen, own = (levels(each[:, ::step]) for each in (received, reference))
    each = np.median(np.square(seen - own), axis=1)  # a bar at the side changes no median
    usual = float(np.quantile(each, 0.25))
    shows = np.flatnonzero(each <= max(_STRANGE, _RATIO * usual))
    if usual > _CALM or not len(shows):  # nothing lies as it was sent
        return 0, len(each)
    return int(shows[0]), int(shows[-1]) + 1
