"""A whole evaluation: measure what is missing, then write the report's files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sshr.errors import OutputError, UsageError
from sshr.evaluation.attacks import suite as attacking
from sshr.evaluation.attacks.suite import AttackSuite
from sshr.evaluation.channels import Channel
from sshr.evaluation.detectors.detection import FOLDS, DetectionSuite
from sshr.evaluation.detectors.detector import Detector, find_detector
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.measure import Work, files_of, measure
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.networks import LINEAR, AnalogMethod
from sshr.evaluation.protocols import PROTOCOLS, TestPair, find_pairs, read_pair
from sshr.evaluation.records import (
    AttackLine,
    AttackReport,
    DetectionLine,
    EvaluationReport,
    PairLine,
    Run,
)
from sshr.evaluation.report.build import SCHEMA, make_report, report_text, to_csv
from sshr.evaluation.report.html import to_html
from sshr.evaluation.report.markdown import to_markdown
from sshr.files.names import reason, shown
from sshr.imaging.writing import write_image
from sshr.progress import Progress, quiet
from sshr.types import Rgb8

SHOWN_PAIRS = 2
"""Of so many pairs the pictures are kept for the report's figures."""


@dataclass(frozen=True)
class Options:
    """What `sshr evaluate` was asked for; see docs/evaluation.md."""

    methods: Sequence[MethodEntry]
    data: Path
    protocol: str
    channels: Sequence[Channel]
    out: Path
    limit: int | None = None
    pairs: Path | None = None
    seed: int = 1
    attacks: bool = False
    attack_pairs: int = attacking.PAIRS
    searches: int = 2
    detectors: Sequence[str] = ()


@dataclass(frozen=True)
class Evaluation:
    """The report, and what of the pairs could not be read."""

    report: EvaluationReport
    skipped: list[str]


def evaluate(
    options: Options, progress: Progress = quiet, say: Callable[[str], None] = lambda line: None
) -> Evaluation:
    """Do it.

    Args:
        say: is told, line by line, of pairs that cannot be read.

    Raises:
        UsageError: nothing to evaluate, or the output folder belongs to another run.
        EvaluationError: a method broke its contract (what was measured before stays in the
            folder), or the figures contradict each other (then no report is written).
        OutputError: a file cannot be written.
    """
    if options.protocol not in PROTOCOLS:
        raise UsageError(
            f"--protocol {shown(options.protocol)} is not one of {', '.join(PROTOCOLS)}"
        )
    detectors = {name: find_detector(name) for name in options.detectors}
    protocol = PROTOCOLS[options.protocol]
    pairs = find_pairs(protocol, options.data, options.pairs)[: options.limit]
    if options.attacks:
        _check_attacks(options, min(len(pairs), options.attack_pairs))
    if options.detectors and len(pairs) < FOLDS:
        raise UsageError(f"--detector needs at least {FOLDS} pairs, not {len(pairs)}")
    what = {"schema": SCHEMA, "protocol": protocol.name, "data": options.data.resolve().name}
    what |= {"seed": options.seed}
    ledger = Ledger(options.out / "results.jsonl", what, PairLine)
    keep = _Keeper(options.out / "pictures", pairs)
    work = Work(
        *(options.methods, pairs, protocol, options.channels, options.seed),
        shown=SHOWN_PAIRS,
        keep=keep.by_pair,
        complain=say,
    )
    skipped = measure(work, ledger, progress)
    lines = _chosen(ledger, options.methods, pairs, options.channels)
    good = {line.pair for line in lines}
    usable = [pair for pair in pairs if pair.name in good]
    if not usable:
        raise UsageError(f"{shown(options.data)}: not a single pair could be measured")
    attacks: dict[str, AttackReport] = {}
    if options.attacks:
        attacks = _attacked(options, what, usable[: options.attack_pairs], keep, progress)
    detection = _detected(options, what, detectors, usable, progress) if detectors else []
    run = Run(
        *(SCHEMA, protocol.name, options.data.resolve().name, options.seed, protocol.describe),
        *(
            len(usable),
            skipped,
            [channel.name for channel in options.channels],
            protocol.stands_for,
        ),
    )
    report = make_report(run, options.methods, lines, attacks, detection)
    write_report(options.out, report, lines)
    return Evaluation(report, skipped)


def write_report(out: Path, report: EvaluationReport, lines: Sequence[PairLine]) -> None:
    """report.json, pairs.csv, report.md and report.html in the run's folder.

    Raises:
        OutputError: one cannot be written.
    """
    texts = {
        "report.json": report_text(report),
        "pairs.csv": to_csv(lines),
        "report.md": to_markdown([report]),
        "report.html": to_html([report], out / "pictures"),
    }
    try:
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{shown(out)}: cannot be written ({reason(error)})") from error


def _attacked(
    options: Options,
    what: dict[str, Any],
    pairs: Sequence[TestPair],
    keep: "_Keeper",
    progress: Progress,
) -> dict[str, AttackReport]:
    networks = _check_attacks(options, len(pairs))
    ledger = Ledger(options.out / "attacks.jsonl", what, AttackLine)
    pictures = [read_pair(PROTOCOLS[options.protocol], pair) for pair in pairs]
    listed, found = [pair.name for pair in pairs], {}
    for entry in networks:
        suite = AttackSuite(entry, listed, pictures, options.seed, options.searches, keep.by_number)
        suite.run(ledger, progress)
        found[entry.name] = suite.result(ledger)
    return found


def _detected(
    options: Options,
    what: dict[str, Any],
    detectors: Mapping[str, Detector],
    pairs: Sequence[TestPair],
    progress: Progress,
) -> list[DetectionLine]:
    pictures = [read_pair(PROTOCOLS[options.protocol], pair) for pair in pairs]
    suite = DetectionSuite(detectors, [pair.name for pair in pairs], pictures, options.seed)
    ledger = Ledger(options.out / "detection.jsonl", what, DetectionLine)
    return suite.run(options.methods, ledger, progress)


def _check_attacks(options: Options, pairs: int) -> list[MethodEntry]:
    """The networks to attack, those with weights of their own; before hours of measuring."""
    networks = [
        entry
        for entry in options.methods
        if isinstance(entry.method, AnalogMethod) and entry.name.partition(":")[0] != LINEAR
    ]
    if not networks:
        raise UsageError("--attacks is for networks, whose checks can be bypassed; name a --preset")
    if pairs < attacking.LEAST:
        raise UsageError(f"--attacks needs at least {attacking.LEAST} pairs, not {pairs}")
    return networks


def _chosen(
    ledger: Ledger[PairLine],
    methods: Sequence[MethodEntry],
    pairs: Sequence[TestPair],
    channels: Sequence[Channel],
) -> list[PairLine]:
    """The lines of this call, in order of methods, channels and pairs."""
    by_key = {line.key: line for line in ledger}
    wanted = [
        (entry.name, entry.identity, pair.name, files_of(pair), channel.name)
        for entry in methods
        for channel in channels
        for pair in pairs
    ]
    return [by_key[key] for key in wanted if key in by_key]


class _Keeper:
    """Keeps the pictures of the first pairs as PNG."""

    def __init__(self, folder: Path, pairs: Sequence[TestPair]) -> None:
        self._folder = folder
        self._numbers = {pair.name: i for i, pair in enumerate(pairs[:SHOWN_PAIRS])}

    def by_pair(self, method: str, pair: TestPair, role: str, picture: Rgb8) -> None:
        if pair.name in self._numbers:
            self.by_number(method, self._numbers[pair.name], role, picture)

    def by_number(self, method: str, number: int, role: str, picture: Rgb8) -> None:
        if number < SHOWN_PAIRS:
            path = picture_path(self._folder, method, number, role)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_image(path, picture, force=True)


def picture_path(folder: Path, method: str, number: int, role: str) -> Path:
    """Where a run keeps a picture; roles and methods become plain file names."""
    plain = ["".join(c if c.isalnum() else "-" for c in text) for text in (method, role)]
    return folder / plain[0] / f"{number + 1}-{plain[1]}.png"
