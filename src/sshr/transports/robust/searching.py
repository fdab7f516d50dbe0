"""Where a received picture lies on its reference, roughly: turn, scale and shift.

Both are brought down to thumbnails of local contrast, which brightness, borders and lossy coders
hardly change, and correlated: every turn, every scale in steps of 5 %, all shifts at once (FFT).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sshr.transports.robust.filters import fast_length
from sshr.transports.robust.turning import TURNS, Turn

Floats = NDArray[np.float32]

SCALES = (0.38, 2.15)
"""Of the received picture against its reference."""

THUMB = 64
_STEP = 1.05
LEAST_IN_SIGHT = 0.2
"""Of the reference's area, in sight."""

_FLOOR = 0.1
_NOISE = 3.0
"""Levels squared that count as flat."""

_SIDE = 5
_MOST = 640
"""Pixels of a thumbnail's side: what is larger shows the reference too small."""


@dataclass(frozen=True)
class Guess:
    """A place on the reference: r = scale * x + start for both axes, in pixels from the edge.

    Attributes:
        scale, start: of rows and columns, once the picture is upright.
        score: how alike both are there, 0..1.
    """

    turn: Turn
    scale: tuple[float, float]
    start: tuple[float, float]
    score: float = 0.0


def guesses(seen: Floats, own: Floats, most: int = 6) -> list[Guess]:
    """The likeliest places of a received picture, the best first.

    Args:
        seen: (h, w) luma as it was received.
        own: (H, W) luma of the reference.
    """
    found = sorted(_all(seen, own), key=lambda guess: -guess.score)
    kept: list[Guess] = []
    for guess in found:
        if len(kept) < most and not any(_same(guess, other) for other in kept):
            kept.append(guess)
    return kept


def _same(one: Guess, other: Guess) -> bool:
    ratio = one.scale[0] / other.scale[0]
    return one.turn == other.turn and abs(np.log(ratio)) < 2.5 * np.log(_STEP)


def _all(seen: Floats, own: Floats) -> Iterator[Guess]:
    factor = THUMB / (own.shape[0] * own.shape[1]) ** 0.5
    small = resized(own, tuple(max(round(side * factor), 8) for side in own.shape))
    shared = contrast(small)
    for size in thumbnails(seen.shape, own.shape):
        mine = contrast(resized(seen, size))
        for turn in TURNS:
            yield _best(mine, shared, turn, seen.shape, own.shape)


def thumbnails(seen: tuple[int, ...], own: tuple[int, ...]) -> list[tuple[int, int]]:
    """Sizes at which a received picture is compared; none where it is far too large or small.

    Args:
        seen, own: sizes of it and of its reference, rows and columns first.
    """
    factor = THUMB / (own[0] * own[1]) ** 0.5
    steps = int(np.log(SCALES[1] / SCALES[0]) / np.log(_STEP))
    scales = SCALES[0] * _STEP ** np.arange(steps + 1)
    sizes = [(round(seen[0] * factor / each), round(seen[1] * factor / each)) for each in scales]
    return [size for size in sizes if min(size) >= 8 and max(size) <= _MOST]


def _best(mine: Floats, shared: Floats, turn: Turn, seen: tuple, own: tuple) -> Guess:
    upright = turn.upright(mine)
    score = correlation(upright, shared)
    row, column = np.unravel_index(np.argmax(score), score.shape)
    lies = seen[::-1] if turn.is_across else seen
    shift = row - upright.shape[0] + 1, column - upright.shape[1] + 1
    unit = [whole / part for whole, part in zip(own, shared.shape, strict=True)]
    scale = tuple(
        one * part / whole for one, part, whole in zip(unit, upright.shape, lies, strict=True)
    )
    start = tuple(one * by for one, by in zip(unit, shift, strict=True))
    return Guess(turn, scale, start, float(score[row, column]))


def correlation(mine: Floats, shared: Floats) -> Floats:
    """Of two planes of contrast at every shift: (h + H - 1, w + W - 1), [-1, 1], the first being
    shifted by -(h - 1) .. H - 1; less where little is in sight, 0 where next to nothing is."""
    shape = [one + other - 1 for one, other in zip(mine.shape, shared.shape, strict=True)]
    fast = [fast_length(side) for side in shape]
    # Correlation is convolution with what is turned by half.
    product = np.fft.rfft2(shared, fast) * np.fft.rfft2(mine[::-1, ::-1], fast)
    plane = np.fft.irfft2(product, fast)[: shape[0], : shape[1]]
    rows, columns = (_spans(*sides) for sides in zip(mine.shape, shared.shape, strict=True))
    both = []
    for picture, index in ((mine, 0), (shared, 1)):
        power = _sums(picture**2, rows[index], columns[index])
        both.append(power + _FLOOR * float(np.square(picture).sum()))
    area = (rows[1][1] - rows[1][0])[:, None] * (columns[1][1] - columns[1][0])
    share = area / shared.size
    told = plane / np.sqrt(both[0] * both[1] + 1e-9) * np.sqrt(share)
    return np.where(share < LEAST_IN_SIGHT, 0, told)


def _spans(mine: int, shared: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """First and last sample in sight at every shift, of either picture."""
    shift = np.arange(-(mine - 1), shared)
    low, high = np.maximum(shift, 0), np.minimum(shift + mine, shared)
    return [(low - shift, high - shift), (low, high)]


def _sums(plane: Floats, rows: tuple, columns: tuple) -> NDArray[np.float64]:
    """Over the rectangles of all pairs of spans."""
    whole = np.zeros((plane.shape[0] + 1, plane.shape[1] + 1))
    whole[1:, 1:] = plane.cumsum(0, np.float64).cumsum(1)
    first, last = whole[rows[0]], whole[rows[1]]
    return (last - first)[:, columns[1]] - (last - first)[:, columns[0]]


def contrast(plane: Floats) -> Floats:
    """A plane without its local mean, in units of its local deviation."""
    away = plane - _local(plane)
    return (away / np.sqrt(_local(away**2) + _NOISE)).astype(np.float32)


def _local(plane: Floats) -> Floats:
    """Means of 5x5 samples."""
    for axis in (0, 1):
        width = [(0, 0), (0, 0)]
        width[axis] = (_SIDE // 2 + 1, _SIDE // 2)
        sums = np.pad(plane, width, mode="edge").cumsum(axis, np.float64)
        both = np.take(sums, range(_SIDE, sums.shape[axis]), axis)
        plane = (both - np.take(sums, range(sums.shape[axis] - _SIDE), axis)) / _SIDE
    return plane


def resized(plane: Floats, size: tuple[int, ...]) -> Floats:
    """A plane in another size, (rows, columns), without aliases."""
    if plane.shape == tuple(size):
        return plane
    image = Image.fromarray(plane, "F")
    return np.asarray(image.resize((size[1], size[0]), Image.Resampling.HAMMING, reducing_gap=3))
