"""Rows of frequencies, and their keyed rotations; as `FrequencyRows`, `RankedRows` and
`KeyedRotation` of `sshr.network`, in NumPy: each way is two gathers and 24 small products.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sshr.network.constants import TURN_ATOMS, TURNS

Floats = NDArray[np.float32]
Places = NDArray[np.int32]


class TurnedRows:
    """Flat spectra (N,) <-> rows (N,) that a key has turned among neighbours.

    Args:
        places: where the row's entries stand in a flat spectrum.
        sizes: of the parts of the row that are turned one by one; they add up to N.
        colours: coefficients of so many planes lie side by side and are not mixed.
    """

    def __init__(self, places: Places, sizes: Sequence[int], colours: int) -> None:
        self.count = len(places)
        slots = _slots(sizes, colours)
        # The row's entry of every slot; one beyond its end where a rotation has fewer blocks.
        self._entry = slots
        self._source = np.append(places, np.int32(self.count))[slots]
        # Where the row's and the spectrum's entries are found in the turned slots, followed by the
        # entries that no rotation reaches.
        found = slots.size + np.arange(self.count, dtype=np.int32)
        flat = slots.ravel()
        used = flat < self.count
        found[flat[used]] = np.flatnonzero(used).astype(np.int32)
        self._row_found = found
        still = np.where(found >= slots.size, slots.size + places, found)
        self._row_of_spectrum = still.astype(np.int32)
        back = np.empty_like(places)
        back[places] = found
        self._spectrum_found = back

    def row(self, spectrum: Floats, turns: Floats) -> Floats:
        """The row, turned by (24, 16, 16)."""
        turned = turns @ np.append(spectrum, np.float32(0))[self._source]
        return np.concatenate([turned.ravel(), spectrum])[self._row_of_spectrum]

    def spectrum(self, row: Floats, turns: Floats) -> Floats:
        """The spectrum of a row whose turn is undone: the inverse of `row`."""
        turned = turns.transpose(0, 2, 1) @ np.append(row, np.float32(0))[self._entry]
        return np.concatenate([turned.ravel(), row])[self._spectrum_found]


def _slots(sizes: Sequence[int], colours: int) -> Places:
    """(24, 16, M): the row's entry that each column of each rotation takes; N in empty columns."""
    count, group = sum(sizes), TURN_ATOMS * colours
    columns: list[list[NDArray[np.int64]]] = [[] for _ in range(TURNS)]
    start = 0
    for size in sizes:
        blocks = start + group * np.arange(size // group)
        for turn in range(TURNS):
            columns[turn].append(blocks[turn::TURNS])
        start += size
    firsts = [np.concatenate(own) for own in columns]
    most = max(map(len, firsts))
    slots = np.full((TURNS, TURN_ATOMS, most, colours), count, np.int32)
    atoms = colours * np.arange(TURN_ATOMS)[:, None, None] + np.arange(colours)
    for turn, own in enumerate(firsts):
        slots[turn, :, : len(own)] = own[:, None] + atoms
    return slots.reshape(TURNS, TURN_ATOMS, most * colours)


def rotations(angles: Floats) -> Floats:
    """Angles (24, 120) -> (24, 16, 16): the exponentials of skew-symmetric matrices."""
    rows, columns = np.triu_indices(TURN_ATOMS, 1)
    skew = np.zeros((TURNS, TURN_ATOMS, TURN_ATOMS))
    skew[:, rows, columns] = angles
    # exp(S) through the eigenvalues of the Hermitian matrix i S.
    values, vectors = np.linalg.eigh(1j * (skew - skew.transpose(0, 2, 1)))
    turned = (vectors * np.exp(-1j * values)[:, None]) @ vectors.conj().transpose(0, 2, 1)
    return np.ascontiguousarray(turned.real, np.float32)
