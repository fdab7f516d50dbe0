"""From a received picture and its reference to the views that may hold a header."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sshr.transports.robust.aligning import aligned
from sshr.transports.robust.blocks import levels
from sshr.transports.robust.covering import uncovered
from sshr.transports.robust.placing import Placement
from sshr.transports.robust.searching import Guess, guesses, thumbnails
from sshr.transports.robust.turning import Turn
from sshr.transports.robust.views import PlacedView, PlainView, View
from sshr.types import Rgb8

_ASPECT = 0.02
_STRANGE = 250.0
"""Levels squared by which a picture differs from its reference, filtered, in no channel."""

_CALM = 12.0
"""Levels squared by which it differs where it lies as it was sent."""

_OFF = 0.6
_CHECK = 256
"""Pixels of a corner, and of a side, from which on a picture lies elsewhere."""

_FIRST = 128
_ALIKE = 0.4
"""Correlation of contrast of pictures that show the same; others stay below 0.3."""


def plain_views(received: Rgb8, reference: Rgb8) -> Iterator[View]:
    """The picture as it was sent, maybe resized, where its shape allows that."""
    if _alike(received, reference) and not np.array_equal(received, reference):
        yield PlainView(received, reference)


def all_views(received: Rgb8, reference: Rgb8) -> Iterator[View]:
    """What bars at its edges leave, all of it as it was sent if it looks like that, then in the
    place that a search finds."""
    plain = list(plain_views(received, reference))
    if plain and received.shape == reference.shape:
        shown = _elsewhere(received, reference, uncovered(received, reference))
        yield from (view for view in shown if view.changed < _STRANGE)
    likely = [view for view in plain if _looks_plain(view, reference)]
    if likely and _may_be_cut(received, reference):
        yield from _elsewhere(received, reference, placed(received, reference))
        yield from likely
        return
    yield from likely
    if likely and _lies_plain(received, reference):
        return
    place = placed(received, reference)
    yield from _elsewhere(received, reference, place)
    if place is not None and place.is_enough and place.is_plain and not likely:
        yield from plain


def _elsewhere(received: Rgb8, reference: Rgb8, place: Placement | None) -> Iterator[PlacedView]:
    """What shows in a place, if it is one where enough shows and not all, as it was sent."""
    if place is not None and place.is_enough and not place.is_plain:
        yield PlacedView(received, reference, place)


def placed(received: Rgb8, reference: Rgb8) -> Placement | None:
    """Where a received picture lies on its reference, or None where it shows something else."""
    if not thumbnails(received.shape, reference.shape):  # before room is made for planes of it
        return None
    seen, own = (_plane(each) for each in (received, reference))
    by = max(int((own.shape[0] * own.shape[1]) ** 0.5 / (2 * _FIRST)), 1)
    small, shared = (_reduced(each, by) for each in (seen, own))
    found = [aligned(guess, small, shared, finest=_FIRST) for guess in guesses(small, shared)]
    near = [guess for guess in found if guess is not None and guess.score > _ALIKE]
    if not near:
        return None
    best = max(near, key=lambda guess: guess.score)
    start = best.start[0] * by, best.start[1] * by
    final = aligned(replace(best, start=start), seen, own, coarsest=2 * _FIRST)
    return None if final is None else Placement.of(final, received.shape, reference.shape)


def _may_be_cut(received: Rgb8, reference: Rgb8) -> bool:
    """Whether so little is missing that a cut is as likely as another size, which takes longer to
    rule out."""
    sides = zip(received.shape[:2], reference.shape[:2], strict=True)
    missing = [1 - one / other for one, other in sides]
    return any(missing) and all(0 <= share < _ASPECT for share in missing)


def _looks_plain(view: View, reference: Rgb8) -> bool:
    """Whether nothing else than a plain view is likely: a cut of a few pixels may look like one."""
    if not _CALM < view.changed < _STRANGE:
        return view.changed <= _CALM
    seen, own = (_plane(each) for each in (view.picture, reference))
    sizes = list(zip(own.shape, seen.shape, strict=True))
    found = aligned(_plainly(seen, own), seen, own, finest=_CHECK)
    if found is None or found.score < _ALIKE:
        return True
    most = _OFF * max((own.shape[0] * own.shape[1]) ** 0.5 / _CHECK, 1)
    ends = zip(found.start, found.scale, sizes, strict=True)
    return all(
        max(abs(start), abs(start + scale * shown - whole)) < most
        for start, scale, (whole, shown) in ends
    )


def _lies_plain(received: Rgb8, reference: Rgb8) -> bool:
    """Whether a picture certainly lies as it was sent: no other place need be searched."""
    seen, own = (_plane(each) for each in (received, reference))
    found = aligned(_plainly(seen, own), seen, own, coarsest=2 * _FIRST)
    if found is None or found.score < _ALIKE:
        return False
    return Placement.of(found, received.shape, reference.shape).is_plain


def _plainly(seen: NDArray[np.float32], own: NDArray[np.float32]) -> Guess:
    down, across = (one / other for one, other in zip(own.shape, seen.shape, strict=True))
    return Guess(Turn(), (down, across), (0, 0))


def _plane(picture: Rgb8) -> NDArray[np.float32]:
    return levels(picture)


def _reduced(plane: NDArray[np.float32], by: int) -> NDArray[np.float32]:
    """The means of by x by pixels."""
    return plane if by == 1 else np.asarray(Image.fromarray(plane).reduce(by))


def _alike(received: Rgb8, reference: Rgb8) -> bool:
    """Whether the shapes agree up to 2 %, and the scale is one that may be read."""
    rows, columns = (
        one / other for one, other in zip(received.shape[:2], reference.shape[:2], strict=True)
    )
    return abs(rows / columns - 1) < _ASPECT and 0.35 <= rows <= 2.2
