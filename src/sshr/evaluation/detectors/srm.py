"""The spatial rich model (Fridrich and Kodovsky 2012): how residuals of many filters go on.

39 submodels a quantisation step. In each, one or several sets of residuals are joined by their
minimum and their maximum (a single one is taken as it is, "spam"), rounded to steps of q c, cut to
-2..2, and counted in fours along the rows; the same again in the transposed picture. Fours that are
alike by sign or direction are counted together: 169 numbers of a spam set, 325 of the others.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sshr.types import Rgb8

Plane = NDArray[np.int32]
Features = NDArray[np.float64]
Residuals = dict[str, Plane]
Cut = dict[str, NDArray[np.int8]]
Kernel = Sequence[Sequence[int]] | NDArray[np.int64]
Sets = Sequence[str]

REACH = 2
_BINS = (2 * REACH + 1) ** 4
_LUMA = (0.299, 0.587, 0.114)

# East, north and so on of a sample; each word is a set.
_LINES: dict[str, Sets] = {
    "22h": ("E W",),
    "22v": ("N S",),
    "24": ("E N", "E S", "W N", "W S"),
    "34h": ("W N E", "W S E"),
    "34v": ("N E S", "N W S"),
    "41": ("E W N S",),
    "34": ("E N NE", "E S SE", "W N NW", "W S SW"),
    "48h": ("E N NE NW", "W N NW NE", "W S SW SE", "E S SE SW"),
    "48v": ("E S SE NE", "W N NW SW", "E N NE SE", "W S SW NW"),
    "54": ("E N NE NW SE", "W S SW SE NW", "E S SE SW NE", "W N NW NE SW"),
}
_CURVES: dict[str, Sets] = {
    "21": ("H V",),
    "41": ("H V D A",),
    "32": ("H V A", "H V D"),
    "24h": ("A H", "D H"),
    "24v": ("A V", "D V"),
}
_EDGES: dict[str, Sets] = {
    "22h": ("N S",),
    "22v": ("W E",),
    "24": ("N W", "S E", "N E", "S W"),
    "41": ("N S W E",),
}
# Along and across the rows: of the picture, and of the transposed one, where north is west.
_SPAM: dict[str, Sequence[tuple[Sets, Sets]]] = {
    "lines": ((("E",), ("W",)), (("N",), ("S",))),
    "curves": ((("H",), ("H",)), (("V",), ("V",))),
    "edges": ((("N", "S"), ("N", "S")), (("W", "E"), ("W", "E"))),
}
_STEPS = {"N": (-1, 0), "S": (1, 0), "W": (0, -1), "E": (0, 1)}
_STEPS |= {a + b: (_STEPS[a][0], _STEPS[b][1]) for a in "NS" for b in "WE"}
_AXES = {"H": (0, 1), "V": (1, 0), "D": (1, 1), "A": (-1, 1)}
_SMALL = ((-1, 2, -1), (2, -4, 2), (-1, 2, -1))
_LARGE = (
    (-1, 2, -2, 2, -1),
    (2, -6, 8, -6, 2),
    (-2, 8, -12, 8, -2),
    (2, -6, 8, -6, 2),
    (-1, 2, -2, 2, -1),
)


def srmq1_features(picture: Rgb8) -> Features:
    """(12753,), of the luma at q = 1."""
    return _features(picture, ((1.0,),) * 5)


def srm_features(picture: Rgb8) -> Features:
    """(34671,), of the luma; q = 1 and 2 for the first differences, 1, 1.5 and 2 for the others."""
    return _features(picture, ((1.0, 2.0), *((1.0, 1.5, 2.0),) * 4))


def _features(picture: Rgb8, steps: Sequence[Sequence[float]]) -> Features:
    luma = np.rint(picture @ np.array(_LUMA)).astype(np.int32)
    return np.concatenate(list(plane_features(luma, steps)))


def plane_features(plane: Plane, steps: Sequence[Sequence[float]]) -> Iterator[NDArray[np.float64]]:
    """The submodels of one channel, (H, W) of 0..255, as vectors.

    Args:
        steps: values of q for first, second and third differences, and filters of 3x3 and 5x5.
    """
    sides = (plane, plane.T)
    kinds: list[tuple[Callable[[Plane], Residuals], str, dict[str, Sets], int]] = [
        (lambda x: _differences(x, (-1, 1)), "lines", _LINES, 1),
        (_seconds, "curves", _CURVES, 2),
        (lambda x: _differences(x, (1, -3, 3, -1)), "lines", _LINES, 3),
        (lambda x: _edges(x, _SMALL), "edges", _EDGES, 4),
        (lambda x: _edges(x, _LARGE), "edges", _EDGES, 12),
    ]
    for (make, name, joined, unit), own in zip(kinds, steps, strict=True):
        found = [make(side) for side in sides]
        for q in own:
            cut = [{key: _quantised(r, q * unit) for key, r in one.items()} for one in found]
            yield np.concatenate([_alone(cut, both) for both in _SPAM[name]])
            for sets in joined.values():
                yield _joined(cut, sets)
    for q in steps[3] if list(steps[3]) == list(steps[4]) else ():
        squares = ((_SMALL, 4), (_LARGE, 12))
        yield np.concatenate([_square(sides, kernel, q * unit) for kernel, unit in squares])


def _square(sides: Sequence[Plane], kernel: Kernel, step: float) -> Features:
    return _alone([{"all": _quantised(_filtered(x, kernel), step)} for x in sides], (("all",),) * 2)


def _alone(sides: Sequence[Cut], both: Sequence[Sets]) -> Features:
    """(169,): of single residuals."""
    counts = np.zeros(_BINS)
    for one, sets in zip(sides, both, strict=True):
        counts += _fours([one[key] for key in sets])
    found: Features = np.asarray(np.bincount(_alike()[0], weights=counts), np.float64)
    return found


def _joined(sides: Sequence[Cut], sets: Sets) -> Features:
    """(325,): of minima, and of maxima with their signs changed."""
    counts = np.zeros(_BINS)
    for one in sides:
        parts = [np.stack([one[key] for key in words.split()]) for words in sets]
        counts += _fours([part.min(axis=0) for part in parts])
        counts += _fours([part.max(axis=0) for part in parts])[::-1]
    found: Features = np.asarray(np.bincount(_alike()[1], weights=counts), np.float64)
    return found


def _fours(planes: Sequence[NDArray[np.int8]]) -> Features:
    """(625,): shares of four values in a row, over all planes."""
    counts = np.zeros(_BINS)
    base = 2 * REACH + 1
    for plane in planes:
        level = (plane + np.int8(REACH)).view(np.uint8)
        pair = level[:, :-1] * np.uint8(base) + level[:, 1:]
        code = pair[:, :-2] * np.uint16(base**2) + pair[:, 2:]
        counts += np.bincount(code.ravel(), minlength=_BINS)
    return counts / counts.sum()


@cache
def _alike() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each four the number of its class: by sign and direction, and by direction alone."""
    fours = np.indices((2 * REACH + 1,) * 4).reshape(4, -1) - REACH

    def code(of: NDArray) -> NDArray:
        found = np.zeros(_BINS, np.int64)
        for one in of:
            found = found * (2 * REACH + 1) + one + REACH
        return found

    turned = np.minimum(code(fours), code(fours[::-1]))
    signed = np.minimum(turned, np.minimum(code(-fours), code(-fours[::-1])))
    return np.unique(signed, return_inverse=True)[1], np.unique(turned, return_inverse=True)[1]


def _quantised(residual: Plane, step: float) -> NDArray[np.int8]:
    """Rounded to the nearest step, halves outwards, and cut."""
    found = np.zeros(residual.shape, np.int8)
    for level in range(REACH):
        least = math.ceil((level + 0.5) * step)
        found += residual >= least
        found -= residual <= -least
    return found


def _differences(plane: Plane, weights: Sequence[int]) -> Residuals:
    """In eight directions: weights from the last neighbour before a sample to those after it."""
    margin = len(weights) // 2
    before = margin - 1
    found = {}
    for name, step in _STEPS.items():
        parts = [
            weight * _moved(plane, margin, step, number - before)
            for number, weight in enumerate(weights)
        ]
        found[name] = np.sum(parts, axis=0)
    return found


def _seconds(plane: Plane) -> Residuals:
    return {
        name: _moved(plane, 1, step, -1) - 2 * _moved(plane, 1, step, 0) + _moved(plane, 1, step, 1)
        for name, step in _AXES.items()
    }


def _edges(plane: Plane, kernel: Kernel) -> Residuals:
    """The half of a kernel on each side of a sample, its own line included."""
    upper = np.array(kernel)
    upper[len(kernel) // 2 + 1 :] = 0
    turned = {"N": upper, "S": upper[::-1], "W": upper.T, "E": upper.T[:, ::-1]}
    return {name: _filtered(plane, each) for name, each in turned.items()}


def _filtered(plane: Plane, kernel: Kernel) -> Plane:
    taps, margin = np.array(kernel), len(kernel) // 2
    total = np.zeros([side - 2 * margin for side in plane.shape], np.int32)
    for row, column in np.argwhere(taps):
        place = (row - margin, column - margin)
        total += taps[row, column] * _moved(plane, margin, place, 1)
    return total


def _moved(plane: Plane, margin: int, step: tuple[int, int], times: int) -> Plane:
    """The samples so many steps away from each that is `margin` inside."""
    down, right = (margin + times * part for part in step)
    height, width = (side - 2 * margin for side in plane.shape)
    return plane[down : down + height, right : right + width]
