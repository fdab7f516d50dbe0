"""LDPC code of 5G NR, base graph 2 (3GPP TS 38.212, section 5.3.2), in integers.

The graph has 42 check rows and 52 columns of circulants of size Z; the first ten columns are the
message, of which the first two are never sent. A codeword has 50 Z bits, of which so many are sent
as there are places: the first ones, or all of them again and again.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
Soft = NDArray[np.int32]

ROWS, COLUMNS, MESSAGE, UNSENT = 42, 52, 10, 2
SCALE = 16
"""Units of a log-likelihood ratio of one (natural logarithm)."""

LIMIT = 20 * SCALE
MOST = 10 * 384
_SETS = ((2, 7), (3, 7), (5, 6), (7, 5), (9, 5), (11, 5), (13, 4), (15, 4))
_ITERATIONS = 40


@dataclass(frozen=True)
class Edge:
    """A circulant of the lifted graph."""

    column: int
    shift: int


@dataclass(frozen=True)
class Code:
    """The code for messages of so many bits.

    Attributes:
        size: bits of the message.
        lift: Z.
        width: columns that the message fills.
    """

    size: int
    lift: int
    width: int

    @classmethod
    def of(cls, size: int) -> "Code":
        """The code with the smallest Z that holds a message.

        Raises:
            ValueError: more bits than a block can have, or none.
        """
        if not 1 <= size <= MOST:
            raise ValueError(f"{size} bits are no message of one block")
        width = 10 if size > 640 else 9 if size > 560 else 8 if size > 192 else 6
        lift = min(z for z in _lifts() if z * width >= size)
        return cls(size, lift, width)

    def encode(self, message: Bits, count: int) -> Bits:
        """The first `count` bits to send, (count,) 0 or 1, of a message (size,)."""
        z, graph = self.lift, _graph(self.lift)
        word = np.zeros((COLUMNS, z), np.uint8)
        word.reshape(-1)[: self.size] = message
        sums = [self._sum(word, graph[row], MESSAGE) for row in range(ROWS)]
        # The first four rows have a double diagonal: their sum leaves one column alone.
        core = sums[0] ^ sums[1] ^ sums[2] ^ sums[3]
        turn = _core_shift(graph)
        word[10] = np.roll(core, turn)
        for row, column in ((0, 11), (1, 12), (2, 13)):
            word[column] = self._sum(word, graph[row], column)
        for row in range(4, ROWS):
            word[10 + row] = self._sum(word, graph[row], 10 + row)
        return np.resize(word.reshape(-1)[self._sent], count)

    def decode(self, soft: Soft) -> Bits | None:
        """The message of received bits (count,), positive for 0, or None where checks fail."""
        z = self.lift
        total = np.zeros(COLUMNS * z, np.int32)
        sent = self._sent
        folded = np.zeros(len(sent), np.int32)
        for start in range(0, len(soft), len(sent)):
            part = soft[start : start + len(sent)]
            folded[: len(part)] += part
        total[sent] = folded.clip(-LIMIT, LIMIT)
        total[self.size : MESSAGE * z] = LIMIT * 4
        rows = self._rows(min(len(soft), len(sent)))
        return self._iterate(total.reshape(COLUMNS, z), rows)

    def _iterate(self, total: Soft, rows: int) -> Bits | None:
        graph, z = _graph(self.lift), self.lift
        places = np.arange(z)
        takes = [
            (
                np.array([e.column for e in graph[row]])[:, None],
                (places + np.array([e.shift for e in graph[row]])[:, None]) % z,
            )
            for row in range(rows)
        ]
        kept = [np.zeros((len(graph[row]), z), np.int32) for row in range(rows)]
        for _ in range(_ITERATIONS):
            failed = False
            for (columns, turned), old, row in zip(takes, kept, range(rows), strict=True):
                seen = total[columns, turned]
                failed = failed or bool(((seen < 0).sum(axis=0) & 1).any())
                seen = seen - old
                new = _check(seen)
                total[columns, turned] = np.clip(seen + new, -LIMIT * 8, LIMIT * 8)
                kept[row] = new
            if not failed:
                return (total.reshape(-1)[: self.size] < 0).astype(np.uint8)
        return None

    @property
    def _sent(self) -> NDArray[np.int64]:
        """Places of a codeword in the order in which they are sent."""
        every = np.arange(UNSENT * self.lift, COLUMNS * self.lift)
        return every[(every < self.size) | (every >= MESSAGE * self.lift)]

    def _rows(self, count: int) -> int:
        """Check rows all of whose bits are sent, but for the first two columns; four at least."""
        last = int(self._sent[count - 1]) // self.lift
        return min(max(last - 9, 4), ROWS)

    @staticmethod
    def _sum(word: Bits, edges: list[Edge], below: int) -> Bits:
        found = np.zeros(word.shape[1], np.uint8)
        for edge in edges:
            if edge.column < below:
                found ^= np.roll(word[edge.column], -edge.shift)
        return found


def _check(seen: Soft) -> Soft:
    """Messages of a check to its bits (sum-product): phi of the sum of the others' phi."""
    forth, back = _phi()
    size = forth[np.minimum(np.abs(seen), LIMIT)]
    others = size.sum(axis=0) - size
    new = back[np.minimum(others, len(back) - 1)]
    negative = seen < 0
    odd = (negative.sum(axis=0) & 1).astype(bool)
    return np.where(negative ^ odd, -new, new)


@cache
def _phi() -> tuple[Soft, Soft]:
    """phi(x) = -log tanh(x / 2) in units of 2^-12, by x in units of 1 / SCALE; and its inverse."""
    x = np.arange(LIMIT + 1) / SCALE
    forth = -np.log(np.tanh(np.maximum(x, 1 / (4 * SCALE)) / 2)) * (1 << 12)
    total = np.maximum(np.arange(int(forth[0]) * 2 + 1), 0.5) / (1 << 12)
    back = -np.log(np.tanh(total / 2)) * SCALE
    return np.rint(forth).astype(np.int32), np.rint(back).clip(0, LIMIT).astype(np.int32)


@cache
def _lifts() -> tuple[int, ...]:
    return tuple(sorted(a << j for a, most in _SETS for j in range(most + 1) if a << j <= 384))


@cache
def _graph(lift: int) -> list[list[Edge]]:
    odd = lift
    while odd % 2 == 0:
        odd //= 2
    number = {1: 0, 3: 1, 5: 2, 7: 3, 9: 4, 11: 5, 13: 6, 15: 7}[odd]
    text = (files("sshr.transports.robust") / "data" / "base_graph_2.csv").read_text("ascii")
    graph: list[list[Edge]] = [[] for _ in range(ROWS)]
    for line in text.splitlines()[1:]:
        row, column, *shifts = map(int, line.split(","))
        graph[row].append(Edge(column, shifts[number] % lift))
    return graph


def _core_shift(graph: list[list[Edge]]) -> int:
    """The shift of column 10 that is left when the first four rows are added up."""
    shifts = [e.shift for row in graph[:4] for e in row if e.column == 10]
    return next(s for s in shifts if shifts.count(s) % 2)
