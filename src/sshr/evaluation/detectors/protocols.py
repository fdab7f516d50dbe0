"""What a detector knows before it is tested: three protocols.

Leaked pairs: so many photographs with their stegos, as from a camera and a sender's disk; tested on
others. The field's own, and the hardest for the sender.

Noisy twins: no pair leaks. Stegos are told from other photographs to which honest noise was
added, which is what a stego of this program pretends to be: a photograph in more noise.

Elsewhere: trained on the stegos of another method, tested on these; what a detector that nobody
made for this program finds, and what many papers print.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from sshr.evaluation.detectors.detector import Detector
from sshr.evaluation.detectors.scores import Judged
from sshr.types import Rgb8

Pictures = Sequence[Rgb8]
Make = Callable[[], Detector]
LEAST = 8
"""Photographs that noisy twins take: two halves, each to learn from and to test."""


@dataclass(frozen=True)
class Point:
    """Repetitions with one number of training pairs."""

    pairs: int
    runs: list[Judged]

    @property
    def p_e(self) -> float:
        """Mean over the repetitions."""
        return float(np.mean([run.p_e for run in self.runs]))

    @property
    def spread(self) -> float:
        """Deviation of p_e over the repetitions."""
        return float(np.std([run.p_e for run in self.runs]))


def leaked_pairs(
    make: Make, covers: Pictures, stegos: Pictures, counts: Sequence[int], repeats: int = 3
) -> list[Point]:
    """P_E against the number of leaked pairs.

    A third of the photographs is kept for the test, another in every repetition; the training pairs
    of a count are the first of those of a larger one.

    Raises:
        ValueError: a count is 0, or more than two thirds of the photographs.
    """
    test = max(len(covers) // 3, 1)
    if not counts or min(counts) < 1 or max(counts) > len(covers) - test:
        raise ValueError(f"training on {list(counts)} of {len(covers)} pairs")
    found: dict[int, list[Judged]] = {count: [] for count in counts}
    for seed in range(repeats):
        order = np.random.default_rng(seed).permutation(len(covers))
        held, rest = order[:test], order[test:]
        for count in counts:
            own = rest[:count]
            found[count].append(
                _judged(make(), *_split(covers, own, held), *_split(stegos, own, held))
            )
    return [Point(count, runs) for count, runs in found.items()]


def noisy_twins(
    make: Make,
    photographs: Pictures,
    conceal: Callable[[Rgb8, int], Rgb8],
    add_noise: Callable[[Rgb8, int], Rgb8],
    repeats: int = 3,
) -> Point:
    """Stegos of one half of the photographs against the other half with honest noise.

    Args:
        conceal: a photograph and its number -> a stego.
        add_noise: a photograph and its number -> the same with noise, as strong as a stego's.

    Raises:
        ValueError: there are fewer than LEAST photographs.
    """
    if len(photographs) < LEAST:
        raise ValueError(f"{len(photographs)} photographs for two halves and a test in each")
    runs = []
    for seed in range(repeats):
        order = np.random.default_rng(seed).permutation(len(photographs))
        half = len(order) // 2
        stegos = [conceal(photographs[i], int(i)) for i in order[:half]]
        twins = [add_noise(photographs[i], int(i)) for i in order[half : 2 * half]]
        training = np.arange(half) >= half // 3
        runs.append(
            _judged(
                make(),
                *(list(compress(twins, part)) for part in (training, ~training)),
                *(list(compress(stegos, part)) for part in (training, ~training)),
            )
        )
    return Point(half - half // 3, runs)


def elsewhere(
    make: Make, covers: Pictures, others: Pictures, tested: Pictures, stegos: Pictures
) -> Point:
    """A detector of another method's stegos.

    Args:
        covers, others: photographs and that method's stegos of them.
        tested, stegos: other photographs, and our stegos of them.
    """
    return Point(len(covers), [_judged(make(), covers, tested, others, stegos)])


def _split(pictures: Pictures, own: np.ndarray, held: np.ndarray) -> tuple[list[Rgb8], list[Rgb8]]:
    return [pictures[i] for i in own], [pictures[i] for i in held]


def _judged(
    detector: Detector, covers: Pictures, other: Pictures, stegos: Pictures, tested: Pictures
) -> Judged:
    """Trained on `covers` and `stegos`, tested on `other` covers and `tested` stegos."""
    detector.fit(covers, stegos)
    return Judged.of(detector.score(other), detector.score(tested))
