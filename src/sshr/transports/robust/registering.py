"""From a received picture and its reference to the views that may hold a header."""

from collections.abc import Iterator

import numpy as np

from sshr.transports.robust.aligning import aligned
from sshr.transports.robust.blocks import luma
from sshr.transports.robust.placing import Placement
from sshr.transports.robust.searching import guesses
from sshr.transports.robust.views import PlacedView, PlainView, View
from sshr.types import Rgb8

_ASPECT = 0.02
_STRANGE = 250.0
"""Levels squared by which a picture differs from its reference, filtered, in no channel."""

_FIRST = 128
_ALIKE = 0.4
"""Correlation of contrast of pictures that show the same; others stay below 0.3."""


def plain_views(received: Rgb8, reference: Rgb8) -> Iterator[View]:
    """The picture as it was sent, maybe resized, where its shape allows that."""
    if _alike(received, reference) and not np.array_equal(received, reference):
        yield PlainView(received, reference)


def all_views(received: Rgb8, reference: Rgb8) -> Iterator[View]:
    """As it was sent if it looks like that, then in the place that a search finds."""
    plain = list(plain_views(received, reference))
    likely = [view for view in plain if view.changed < _STRANGE]
    yield from likely
    place = placed(received, reference)
    if place is None:
        return
    if not place.is_plain:
        yield PlacedView(received, reference, place)
    elif not likely:
        yield from plain


def placed(received: Rgb8, reference: Rgb8) -> Placement | None:
    """Where a received picture lies on its reference, or None where it shows something else."""
    seen, own = ((luma(each) / 256).astype(np.float32) for each in (received, reference))
    found = [aligned(guess, seen, own, _FIRST) for guess in guesses(seen, own)]
    near = [guess for guess in found if guess is not None and guess.score > _ALIKE]
    if not near:
        return None
    best = aligned(max(near, key=lambda guess: guess.score), seen, own)
    return None if best is None else Placement.of(best, received.shape, reference.shape)


def _alike(received: Rgb8, reference: Rgb8) -> bool:
    """Whether the shapes agree up to 2 %, and the scale is one that may be read."""
    rows, columns = (
        one / other for one, other in zip(received.shape[:2], reference.shape[:2], strict=True)
    )
    return abs(rows / columns - 1) < _ASPECT and 0.35 <= rows <= 2.2
