"""How often a detector errs about the stegos of a method, in folds by photograph."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

import numpy as np

from sshr.evaluation.detectors.detector import Detector
from sshr.evaluation.detectors.scores import mean_error
from sshr.evaluation.detectors.shelf import part_of, shelved
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.measure import key_of
from sshr.evaluation.methods.method import MethodEntry, Prompts, concealed, prompted
from sshr.evaluation.records import DetectionLine
from sshr.imaging.depth import as_levels
from sshr.metrics import psnr
from sshr.progress import Progress, quiet
from sshr.types import Rgb8

FOLDS = 5


@dataclass(eq=False)
class DetectionSuite:
    """All detectors on the stegos of one method after the other.

    Attributes:
        names, pictures: of the pairs, as many as there are folds at least; (secret, reference), the
            references being the photographs. Pairs are asked for one by one, so that they need not
            all be in memory.
        prompts: of the pairs, for methods that take them.
    """

    detectors: Mapping[str, Detector]
    names: Sequence[str]
    pictures: Sequence[tuple[Rgb8, Rgb8]]
    seed: int
    prompts: Sequence[Prompts | None] = ()

    def run(
        self,
        methods: Sequence[MethodEntry],
        ledger: Ledger[DetectionLine],
        progress: Progress = quiet,
    ) -> list[DetectionLine]:
        """Do what the ledger lacks; the lines of all methods and detectors."""
        found = []
        for entry in methods:
            lines = [self._line(entry, name) for name in self.detectors]
            missing = [line for line in lines if line.key not in ledger]
            stegos = shelved(self._stegos(entry, progress)) if missing else []
            for line in missing:
                ledger.add(self._measured(line, stegos))
            found += [ledger[line.key] for line in lines]
        return found

    def _line(self, entry: MethodEntry, detector: str) -> DetectionLine:
        count = len(self.names)
        return DetectionLine(entry.name, entry.identity, detector, self._pairs, count)

    @cached_property
    def _pairs(self) -> str:
        """Stands for all names and pictures."""
        told = [f"{one.private}\0{one.public}" for one in self.prompts if one is not None]
        found = hashlib.sha256("\0".join([*self.names, *told]).encode())
        for pair in self.pictures:
            for picture in pair:
                found.update(picture.tobytes())
        return found.hexdigest()[:16]

    @cached_property
    def _covers(self) -> Sequence[Rgb8]:
        return shelved(reference for _, reference in self.pictures)

    def _stegos(self, entry: MethodEntry, progress: Progress) -> Iterator[Rgb8]:
        prompts = self.prompts or [None] * len(self.names)
        parts = zip(self.names, self.pictures, prompts, strict=True)
        for number, (name, pair, words) in enumerate(parts):
            own = prompted(entry, words)
            yield as_levels(concealed(own, *pair, key_of(self.seed, name)))
            progress(f"concealing with {entry.name}", number + 1, len(self.names))

    def _measured(self, line: DetectionLine, stegos: Sequence[Rgb8]) -> DetectionLine:
        covers = self._covers
        return DetectionLine(
            *(line.method, line.identity, line.detector, line.pairs, line.photographs),
            stego_psnr=fmean(psnr(*both) for both in zip(stegos, covers, strict=True)),
            folds=detection_errors(self.detectors[line.detector], covers, stegos),
        )


def detection_errors(
    detector: Detector, covers: Sequence[Rgb8], stegos: Sequence[Rgb8], folds: int = FOLDS
) -> list[float]:
    """P_E of each fold, the mean of false alarms and misses; 0.5 is a detector that guesses.

    Args:
        covers, stegos: a photograph and its stego at each place; both are trained or tested on
            together.
        folds: of the five so many are tested, each after training on all others; the detector
            stays as the last one left it.

    Raises:
        ValueError: there are fewer photographs than folds.
        EvaluationError: see `mean_error`.
    """
    if len(covers) < FOLDS:
        raise ValueError(f"{len(covers)} photographs for {FOLDS} folds")
    fold = np.random.default_rng(0).permutation(len(covers)) % FOLDS
    found = []
    for number in range(folds):
        own, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        detector.fit(part_of(covers, own), part_of(stegos, own))
        scores = [detector.score(part_of(pictures, held)) for pictures in (covers, stegos)]
        found.append(mean_error(*scores))
    return found
