"""Measures methods over pairs and channels, one line of the ledger for each."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from sshr.batch.manifest import file_hash
from sshr.errors import EvaluationError, ImageError, SshrError
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.methods.method import (
    MethodEntry,
    Samples,
    Trace,
    Traceable,
    concealed,
    prompted,
    revealed,
)
from sshr.evaluation.niqe import niqe
from sshr.evaluation.protocols import Protocol, TestPair, read_pair
from sshr.evaluation.records import (
    REVEALED,
    Comparison,
    NiqeScores,
    PairLine,
    WrongKeyLine,
)
from sshr.evaluation.summary import compare, describe_change
from sshr.imaging.channels import FLOAT, PNG, Channel
from sshr.imaging.depth import as_levels
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image
from sshr.progress import Progress, quiet
from sshr.types import Rgb8

SHOWN_PAIRS = 2
"""Of so many pairs the pictures are kept for the report's figures."""

_DIGITS = 16

Keep = Callable[[str, int, str, Rgb8], None]
"""Is given a picture: (method, number of the pair, role, picture)."""


@dataclass(frozen=True)
class Work:
    """What is to be measured.

    Attributes:
        complain: is told of a pair that has to be left out.
    """

    methods: Sequence[MethodEntry]
    pairs: Sequence[TestPair]
    protocol: Protocol
    channels: Sequence[Channel]
    seed: int
    keep: Keep | None = None
    complain: Callable[[str], None] = field(default=lambda message: None)


def measure(work: Work, ledger: Ledger[PairLine], progress: Progress = quiet) -> list[str]:
    """Measure what the ledger lacks; messages of the pairs that could not be read.

    Raises:
        EvaluationError: a method broke its contract; what was measured before stays.
    """
    left = list(left_over(work, ledger))
    total, done, skipped = sum(len(channels) for *_, channels in left), 0, []
    lpips = Lpips()
    pictures: tuple[TestPair, tuple[Rgb8, Rgb8] | None] | None = None
    for number, pair, entry, channels in left:
        if pictures is None or pictures[0] is not pair:
            try:
                pictures = pair, read_pair(work.protocol, pair)
            except ImageError as error:
                pictures = pair, None
                skipped.append(str(error))
                work.complain(str(error))
        if pictures[1] is not None:
            trial = Trial(prompted(entry, pair.prompts), pair, *pictures[1], work.seed, lpips)
            keep = work.keep if number < SHOWN_PAIRS else None
            for channel in channels:
                ledger.add(trial.line(channel, keep, number))
                done += 1
                progress("measuring", done, total)
        else:
            total -= len(channels)
    return skipped


def key_of(seed: int, *words: str) -> bytes:
    """32 bytes that stand for a random key, the same in every run."""
    return hashlib.sha256("\0".join((f"sshr-evaluate-{seed}", *words)).encode()).digest()


def files_of(pair: TestPair) -> str:
    """Digests of a pair's files ("-" for one that cannot be read), and of its prompts.

    A replaced picture is measured again, of whatever size, and so is a pair with other prompts.
    """
    parts = [_digest(path) for path in (pair.secret, pair.reference)]
    if pair.prompts is not None:
        words = f"{pair.prompts.private}\0{pair.prompts.public}"
        parts.append(hashlib.sha256(words.encode()).hexdigest()[:_DIGITS])
    return "+".join(parts)


def _digest(path: Path) -> str:
    try:
        return file_hash(path)[:_DIGITS]
    except (OSError, ValueError):
        return "-"


def left_over(
    work: Work, ledger: Ledger[PairLine]
) -> Iterator[tuple[int, TestPair, MethodEntry, list[Channel]]]:
    """The number of a pair, the pair, and the channels that the ledger lacks of a method on it."""
    for number, pair in enumerate(work.pairs):
        files = files_of(pair)
        for entry in work.methods:
            head = (entry.name, entry.identity, pair.name, files)
            channels = [c for c in work.channels if (*head, c.name) not in ledger]
            if channels:
                yield number, pair, entry, channels


def keep_picture(folder: Path, method: str, number: int, role: str, picture: Rgb8) -> None:
    """Keep a picture of the first pairs as PNG; roles and methods become plain file names."""
    if number < SHOWN_PAIRS:
        plain = ["".join(c if c.isalnum() else "-" for c in text) for text in (method, role)]
        path = folder / plain[0] / f"{number + 1}-{plain[1]}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_image(path, picture, force=True)


@dataclass(eq=False)
class Trial:
    """One method on one pair: conceals once, and sends the stego through one channel at a time."""

    entry: MethodEntry
    pair: TestPair
    secret: Rgb8
    reference: Rgb8
    seed: int
    lpips: Lpips

    @property
    def key(self) -> bytes:
        """The method's."""
        return key_of(self.seed, self.pair.name)

    def line(self, channel: Channel, keep: Keep | None = None, number: int = 0) -> PairLine:
        """The ledger's line for this channel; `keep` is given the pictures under this number."""
        if channel.name == FLOAT:
            return self._float()
        with tempfile.TemporaryDirectory() as folder:
            line, shown = self._file(channel, Path(folder) / "stego.png", keep is not None)
        if keep is not None:
            for role, picture in shown:
                keep(self.entry.name, number, role, picture)
        return line

    def _float(self) -> PairLine:
        if self._trace is not None:
            stego, found = self._trace.exact()
        else:
            stego = as_levels(self._picture)
            found = revealed(self.entry, self._picture, self.reference, self.key)
        return self._line(FLOAT, stego, found, REVEALED, "")

    def _file(
        self, channel: Channel, path: Path, steps: bool
    ) -> tuple[PairLine, list[tuple[str, Rgb8]]]:
        """Write the stego, distort what is read back, write that, read it and reveal from it."""
        write_image(path, as_levels(self._picture))
        random = np.random.default_rng(list(key_of(self.seed, self.pair.name, channel.name)))
        damaged = channel.distort(read_image(path).rgb, random)
        write_image(path, damaged, force=True)
        received = read_image(path).rgb
        seen = _in_size_of(self.reference, received)
        given = received if self.entry.any_size else seen
        found, outcome, message = self._reveal(given, self.key)
        line = self._line(channel.name, seen, found, outcome, message)
        shown: list[tuple[str, Rgb8]] = []
        if channel.name == PNG:
            line = self._with_extras(line, received)
            shown = [("secret", self.secret), ("reference", self.reference), ("stego", received)]
            shown += [] if found is None else [("revealed", found)]
            shown += self._trace.steps() if steps and self._trace is not None else []
        elif self._trace is not None:
            known = self._trace.oracle_header(seen)
            line = replace(line, oracle_header=self._against_secret(known))
            shown = [(f"header known {channel.name}", known)]
        return line, shown

    def _line(
        self, channel: str, stego: Rgb8, found: Rgb8 | None, outcome: int, message: str
    ) -> PairLine:
        return PairLine(
            *(self.entry.name, self.entry.identity, self.pair.name, self._files),
            *(channel, outcome, message),
            stego=compare(stego, self.reference, self.lpips),
            revealed=self._against_secret(found),
        )

    def _with_extras(self, line: PairLine, stego: Rgb8) -> PairLine:
        """What is asked of the undistorted stego alone."""
        wrong, outcome, _ = self._reveal(stego, key_of(self.seed, self.pair.name, "wrong"))
        return replace(
            line,
            secret_stego=compare(stego, self.secret, self.lpips),
            niqe=NiqeScores(niqe(self.reference), niqe(stego)),
            wrong_key=WrongKeyLine(outcome, self._against_secret(wrong)),
            change=describe_change(stego, self.reference),
        )

    def _reveal(self, stego: Rgb8, key: bytes) -> tuple[Rgb8 | None, int, str]:
        try:
            return revealed(self.entry, stego, self.reference, key), REVEALED, ""
        except EvaluationError:
            raise
        except SshrError as error:
            return None, error.exit_code, str(error)

    def _against_secret(self, picture: Rgb8 | None) -> Comparison | None:
        return None if picture is None else compare(picture, self.secret, self.lpips)

    @cached_property
    def _files(self) -> str:
        return files_of(self.pair)

    @cached_property
    def _picture(self) -> Samples:
        return concealed(self.entry, self.secret, self.reference, self.key)

    @cached_property
    def _trace(self) -> Trace | None:
        method = self.entry.method
        if not isinstance(method, Traceable):
            return None
        return method.trace(self.secret, self.reference, self.key)


def _in_size_of(reference: Rgb8, received: Rgb8) -> Rgb8:
    """As somebody brings a picture back who sees that its size is another."""
    if received.shape == reference.shape:
        return received
    size = reference.shape[1], reference.shape[0]
    return np.array(Image.fromarray(received).resize(size, Image.Resampling.BICUBIC))
