"""The filter between two planes: fitted, applied and undone; and planes in another size."""

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sshr.threads import on_all

Floats = NDArray[np.floating]
Complex = NDArray[np.complexfloating]
Shape = tuple[int, int]

SIDE = 9
"""Of the filter."""

_SAMPLES = 60_000
_CLEAR = 1
"""Variances of what is left by which a blur has to explain more than no change: not by chance."""

_TILE, _FAR = 448, 32
"""Pixels of a side that are filtered together: their transforms stay in a cache; and those around
them from which anything comes back."""

FILTERS = {
    "Lanczos": Image.Resampling.LANCZOS,
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "box": Image.Resampling.BOX,
}
"""Of programs that resize, by their names."""


def scaled(
    plane: Floats,
    shape: tuple[int, ...],
    method: Image.Resampling,
    box: tuple[float, float, float, float] | None = None,
) -> Floats:
    """A plane, or a box of it (left, top, right, bottom), in another size."""
    image = Image.fromarray(plane.astype(np.float32, copy=False), "F")
    return np.array(image.resize((shape[1], shape[0]), method, box))


def fitted(seen: Floats, own: Floats, samples: int = _SAMPLES) -> tuple[Floats, float, float]:
    """The filter (9, 9) and offset that make most of the reference into what is seen, and the mean
    square of what is left, by about so many samples."""
    return fitted_at(seen, own, spacing(own, samples))


def spacing(plane: Floats, samples: int) -> int:
    """From one of about so many samples of a plane to the next."""
    inner = [side - SIDE + 1 for side in plane.shape]
    return max(int((inner[0] * inner[1] / samples) ** 0.5), 1)


def fitted_at(seen: Floats, own: Floats, skip: int) -> tuple[Floats, float, float]:
    """`fitted` by samples of such a spacing."""
    reach = SIDE // 2
    inner = own.shape[0] - 2 * reach, own.shape[1] - 2 * reach
    rows = np.arange(0, inner[0], skip)
    columns = np.arange(0, inner[1], skip)
    windows = np.lib.stride_tricks.sliding_window_view(own, (SIDE, SIDE))
    taken = windows[rows[:, None], columns].reshape(-1, SIDE * SIDE)
    taken = np.concatenate([taken, np.ones((len(taken), 1))], axis=1)
    target = seen[rows[:, None] + reach, columns + reach].ravel()
    taken = taken.astype(np.float64)
    square = taken.T @ taken
    # Smooth references leave the filter open: towards the usual one that is nearest, and towards
    # the one that changes nothing where they do not tell.
    weak = np.full(len(square), len(taken) * 0.5)
    weak[-1] = 1e-6
    right = taken.T @ target
    plain, *others = (_toward(square, right, weak, start) for start in _usual())
    cost, found = min(others, key=lambda each: each[0])
    variance = (float(target @ target) + cost) / len(target)
    if plain[0] < cost + _CLEAR * variance:
        found = plain[1]
    left = float(np.square(target - taken @ found).mean())
    return found[:-1].reshape(SIDE, SIDE).astype(own.dtype), float(found[-1]), left


def _toward(square: Floats, right: Floats, weak: Floats, start: Floats) -> tuple[float, Floats]:
    """The filter nearest to what is seen and to a start, and its cost but for a constant."""
    found = np.linalg.solve(square + np.diag(weak), right + weak * start)
    cost = found @ square @ found - 2 * found @ right + weak @ np.square(found - start)
    return float(cost), found


@cache
def _usual() -> tuple[Floats, ...]:
    """Filters, with an offset behind each, that change nothing or blur."""
    found = []
    for taps in ((1,), (1, 2, 1), (1, 1, 1), (1, 4, 6, 4, 1), (1, 1, 1, 1, 1)):
        line = np.pad(np.array(taps) / sum(taps), (SIDE - len(taps)) // 2)
        found.append(np.append(np.outer(line, line), 0))
    return tuple(found)


def _transfer(kernel: Floats, shape: Shape) -> Complex:
    """Of correlation with the kernel, for real planes of this shape, as `rfft2` has it."""
    reach = np.arange(SIDE) - SIDE // 2
    down, across = (
        np.exp(2j * np.pi * np.arange(count)[:, None] * reach / side)
        for count, side in zip((shape[0], shape[1] // 2 + 1), shape, strict=True)
    )
    like = np.complex64 if kernel.dtype == np.float32 else np.complex128
    return (down @ kernel).astype(like) @ across.T.astype(like)


def filtered(own: Floats, kernel: Floats) -> Floats:
    """A plane through the filter (9, 9)."""
    reach = SIDE // 2
    padded = np.pad(own, reach, mode="reflect")

    @cache
    def there(shape: Shape) -> Complex:
        return _transfer(kernel, shape)

    def through(top: int, left: int) -> Floats:
        tile = padded[top : top + _TILE + 2 * reach, left : left + _TILE + 2 * reach]
        return _transferred(tile, there)[reach:, reach:]

    return _by_tiles(own, through)


def inverse(residual: Floats, kernel: Floats) -> Floats:
    """The residual without the filter, as far as that does not raise noise too much."""

    @cache
    def back(shape: Shape) -> Complex:
        transfer = _transfer(kernel, shape)
        return np.divide(np.conj(transfer), np.abs(transfer) ** 2 + 0.02)

    def undone(top: int, left: int) -> Floats:
        above, before = min(top, _FAR), min(left, _FAR)
        rows = slice(top - above, top + _TILE + _FAR)
        columns = slice(left - before, left + _TILE + _FAR)
        return _transferred(residual[rows, columns], back)[above:, before:]

    return _by_tiles(residual, undone)


def _transferred(tile: Floats, transfer: Callable[[Shape], Complex]) -> Floats:
    """A tile times a transfer function, which is asked for in a shape that is fast."""
    shape = fast_length(tile.shape[0]), fast_length(tile.shape[1])
    return np.fft.irfft2(np.fft.rfft2(tile, shape) * transfer(shape), shape)


def _by_tiles(plane: Floats, work: Callable[[int, int], Floats]) -> Floats:
    """Results for tiles from a row and column on, of that size or larger, put together."""
    found = np.empty_like(plane)

    def one(place: tuple[int, int]) -> None:
        tile = found[tuple(slice(first, first + _TILE) for first in place)]
        tile[:] = work(*place)[: tile.shape[0], : tile.shape[1]]

    tops, lefts = (range(0, side, _TILE) for side in plane.shape)
    on_all(one, product(tops, lefts))
    return found


def fast_length(side: int) -> int:
    """The next length whose transform is fast."""
    while True:
        rest = side
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return side
        side += 1
