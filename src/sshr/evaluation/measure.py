"""Measures methods over pairs and channels, one line of the ledger for each."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sshr.errors import EvaluationError, ImageError, SshrError
from sshr.evaluation.change import describe_change
from sshr.evaluation.channels import FLOAT, PNG, Channel
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.methods.method import (
    MethodEntry,
    Samples,
    Trace,
    Transparent,
    as_levels,
    concealed,
    revealed,
)
from sshr.evaluation.niqe import BLOCK, niqe
from sshr.evaluation.protocols import Protocol, TestPair, read_pair
from sshr.evaluation.summary import compare
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.progress import Progress, quiet
from sshr.types import Rgb8

Line = dict[str, Any]
Keep = Callable[[str, TestPair, str, Rgb8], None]

KEYS = ("method", "identity", "pair", "files", "channel")
REVEALED = 0
"""The outcome of a reveal that worked; others are the exit codes of `sshr reveal`."""


@dataclass(frozen=True)
class Work:
    """What is to be measured.

    Attributes:
        shown: of so many pairs `keep` is given the pictures: (method, pair, role, picture).
        complain: is told of a pair that has to be left out.
    """

    methods: Sequence[MethodEntry]
    pairs: Sequence[TestPair]
    protocol: Protocol
    channels: Sequence[Channel]
    seed: int
    shown: int = 0
    keep: Keep = field(default=lambda method, pair, role, picture: None)
    complain: Callable[[str], None] = field(default=lambda message: None)


def measure(work: Work, ledger: Ledger, progress: Progress = quiet) -> list[str]:
    """Measure what the ledger lacks; messages of the pairs that could not be read.

    Raises:
        EvaluationError: a method broke its contract; what was measured before stays.
    """
    left = list(_left(work, ledger))
    total, done, skipped = sum(len(channels) for _, _, channels in left), 0, []
    lpips = Lpips()
    pictures: tuple[TestPair, tuple[Rgb8, Rgb8] | None] | None = None
    for pair, named, channels in left:
        if pictures is None or pictures[0] is not pair:
            try:
                pictures = pair, read_pair(work.protocol, pair)
            except ImageError as error:
                pictures = pair, None
                skipped.append(str(error))
                work.complain(str(error))
        if pictures[1] is not None:
            keep = work.keep if pair in work.pairs[: work.shown] else None
            trial = Trial(named, pair, *pictures[1], work.seed, lpips)
            for channel in channels:
                ledger.add(trial.line(channel, keep))
                done += 1
                progress("measuring", done, total)
        else:
            total -= len(channels)
    return skipped


def key_of(seed: int, *words: str) -> bytes:
    """32 bytes that stand for a random key, the same in every run."""
    return hashlib.sha256("\0".join((f"sshr-evaluate-{seed}", *words)).encode()).digest()


def files_of(pair: TestPair) -> str:
    """The sizes of a pair's files in bytes: a replaced picture is measured again."""
    return "+".join(str(p.stat().st_size) if p.exists() else "-" for p in _paths(pair))


def _paths(pair: TestPair) -> tuple[Path, Path]:
    return pair.secret, pair.reference


def _left(work: Work, ledger: Ledger) -> Iterator[tuple[TestPair, MethodEntry, list[Channel]]]:
    for pair in work.pairs:
        files = files_of(pair)
        for named in work.methods:
            head = (named.name, named.identity, pair.name, files)
            channels = [c for c in work.channels if (*head, c.name) not in ledger]
            if channels:
                yield pair, named, channels


class Trial:
    """One method on one pair: conceals once, and sends the stego through one channel at a time."""

    def __init__(
        self,
        named: MethodEntry,
        pair: TestPair,
        secret: Rgb8,
        reference: Rgb8,
        seed: int,
        lpips: Lpips,
    ) -> None:
        self.named, self.pair, self.seed, self.lpips = named, pair, seed, lpips
        self.secret, self.reference = secret, reference
        self.key = key_of(seed, pair.name)

    def line(self, channel: Channel, keep: Keep | None) -> Line:
        """The ledger's line for this channel."""
        named = self.named
        head = {"method": named.name, "identity": named.identity, "pair": self.pair.name}
        head |= {"files": files_of(self.pair), "channel": channel.name}
        if channel.name == FLOAT:
            return head | self._float()
        with tempfile.TemporaryDirectory() as folder:
            return head | self._file(channel, Path(folder) / "stego.png", keep)

    def _float(self) -> Line:
        sent, picture = self._sent
        if sent is not None:
            stego, found = sent.exact()
        else:
            stego = as_levels(picture)
            found = revealed(self.named, picture, self.reference, self.key)
        return {
            "outcome": REVEALED,
            "message": "",
            "stego": compare(stego, self.reference, self.lpips),
            "revealed": compare(found, self.secret, self.lpips),
        }

    def _file(self, channel: Channel, path: Path, keep: Keep | None) -> Line:
        """Write the stego, distort what is read back, write that, read it and reveal from it."""
        write_image(path, self._stego)
        random = np.random.default_rng(list(key_of(self.seed, self.pair.name, channel.name)))
        damaged = channel.distort(read_image(path).rgb, random)
        write_image(path, damaged, force=True)
        received = read_image(path).rgb
        line: Line = {"stego": compare(received, self.reference, self.lpips)}
        sent, _ = self._sent
        found, line["outcome"], line["message"] = self._reveal(received, self.key)
        line["revealed"] = self._against_secret(found)
        if channel.name == PNG:
            line |= self._extras(received)
            shown = [("secret", self.secret), ("reference", self.reference), ("stego", received)]
            shown += [] if found is None else [("revealed", found)]
            shown += sent.steps() if sent is not None and keep is not None else []
        elif sent is not None:
            handed = sent.handed(received)
            line["handed"] = {"revealed": self._against_secret(handed)}
            shown = [(f"handed {channel.name}", handed)]
        else:
            shown = []
        if keep is not None:
            for role, picture in shown:
                keep(self.named.name, self.pair, role, picture)
        return line

    def _extras(self, stego: Rgb8) -> Line:
        """What is asked of the undistorted stego alone."""
        wrong, outcome, _ = self._reveal(stego, key_of(self.seed, self.pair.name, "wrong"))
        return {
            "secret_stego": compare(stego, self.secret, self.lpips),
            "niqe": {"reference": _niqe(self.reference), "stego": _niqe(stego)},
            "wrong_key": {"outcome": outcome, "revealed": self._against_secret(wrong)},
            "change": describe_change(stego, self.reference),
        }

    def _reveal(self, stego: Rgb8, key: bytes) -> tuple[Rgb8 | None, int, str]:
        try:
            return revealed(self.named, stego, self.reference, key), REVEALED, ""
        except EvaluationError:
            raise
        except SshrError as error:
            return None, error.exit_code, str(error)

    def _against_secret(self, picture: Rgb8 | None) -> dict[str, float] | None:
        return None if picture is None else compare(picture, self.secret, self.lpips)

    @cached_property
    def _sent(self) -> tuple[Trace | None, Samples]:
        method = self.named.method
        if isinstance(method, Transparent):
            sent = method.send(self.secret, self.reference, self.key)
            return sent, sent.stego
        return None, concealed(self.named, self.secret, self.reference, self.key)

    @cached_property
    def _stego(self) -> Rgb8:
        return as_levels(self._sent[1])


def _niqe(picture: Rgb8) -> float | None:
    rows, columns = (side // BLOCK for side in picture.shape[:2])
    if rows * columns < 2:
        return None
    score = niqe(picture)
    return score if np.isfinite(score) else None
