"""A whole evaluation: measure what is missing, then write the report's files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sshr.batch.pool import check_jobs
from sshr.batch.runner import Backend
from sshr.errors import OutputError, UsageError
from sshr.evaluation.attacks.sizes import LEAST, PAIRS
from sshr.evaluation.detectors.detection import FOLDS, DetectionSuite
from sshr.evaluation.detectors.detector import Detector, find_detector
from sshr.evaluation.detectors.shelf import Listed
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.measure import Keep, Work, files_of, keep_picture, measure
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
from sshr.evaluation.spread import Crew, measure_spread
from sshr.files.names import reason, shown
from sshr.imaging.channels import Channel
from sshr.progress import Progress, quiet
from sshr.zoo.extras import require_torch


@dataclass(frozen=True)
class Options:
    """What `sshr evaluate` was asked for; see docs/evaluation.md.

    Attributes:
        absent: methods that cannot be made here, and why.
        backend: who measures: this process, several, or a Dask cluster. Detectors and attacks work
            in this process.
        made_of: presets, other methods and device, of which other processes make the same methods.
    """

    methods: Sequence[MethodEntry]
    data: Path
    protocol: str
    channels: Sequence[Channel]
    out: Path
    limit: int | None = None
    pairs: Path | None = None
    seed: int = 1
    attacks: bool = False
    attack_pairs: int = PAIRS
    searches: int = 2
    detectors: Sequence[str] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    backend: Backend = field(default_factory=Backend)
    made_of: tuple[Sequence[str], Sequence[str], str] | None = None


def evaluate(
    options: Options, progress: Progress = quiet, say: Callable[[str], None] = lambda line: None
) -> EvaluationReport:
    """Do it.

    Args:
        say: is told, line by line, of pairs that cannot be read.

    Raises:
        UsageError: nothing to evaluate, more processes than cores, or the output folder belongs to
            another run.
        EvaluationError: a method broke its contract (what was measured before stays in the
            folder), or the figures contradict each other (then no report is written).
        OutputError: a file cannot be written.
    """
    if options.protocol not in PROTOCOLS:
        raise UsageError(
            f"--protocol {shown(options.protocol)} is not one of {', '.join(PROTOCOLS)}"
        )
    check_jobs(options.backend.jobs)
    detectors = {name: find_detector(name) for name in options.detectors}
    protocol = PROTOCOLS[options.protocol]
    pairs = find_pairs(protocol, options.data, options.pairs)[: options.limit]
    if options.attacks:
        _check_attacks(options, min(len(pairs), options.attack_pairs))
    if options.detectors:
        _require_pairs("--detector", FOLDS, len(pairs))
    data = options.data.resolve().name
    what: dict[str, Any] = {"schema": SCHEMA, "protocol": protocol.name, "data": data}
    what |= {"seed": options.seed}
    ledger = Ledger(options.out / "results.jsonl", what, PairLine)
    keep = partial(keep_picture, options.out / "pictures")
    work = Work(
        *(options.methods, pairs, protocol, options.channels, options.seed, keep), complain=say
    )
    skipped = _measured(options, work, ledger, progress)
    lines = _chosen(ledger, options.methods, pairs, options.channels)
    good = {line.pair for line in lines}
    usable = [pair for pair in pairs if pair.name in good]
    if not usable:
        raise UsageError(f"{shown(options.data)}: not a single pair could be measured")
    attacks: dict[str, AttackReport] = {}
    if options.attacks:
        attacks = _attacked(options, what, usable[: options.attack_pairs], keep, progress)
    detection = _detected(options, what, detectors, usable, progress) if detectors else []
    names = [channel.name for channel in options.channels]
    about = (len(usable), skipped, names, protocol.stands_for)
    run = Run(SCHEMA, protocol.name, data, options.seed, protocol.describe, *about)
    report = make_report(run, options.methods, lines, attacks, detection, options.absent)
    write_report(options.out, report, lines)
    return report


def _measured(
    options: Options, work: Work, ledger: Ledger[PairLine], progress: Progress
) -> list[str]:
    if options.backend == Backend():
        return measure(work, ledger, progress)
    if options.made_of is None:
        raise UsageError("other processes cannot make these methods")
    presets, others, device = options.made_of
    pictures = (options.out / "pictures").resolve()
    about = (tuple(presets), tuple(others), device, work.protocol.name, options.seed, pictures)
    return measure_spread(work, ledger, Crew(*about), options.backend, progress)


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
    keep: Keep,
    progress: Progress,
) -> dict[str, AttackReport]:
    from sshr.evaluation.attacks.suite import AttackSuite

    networks = _check_attacks(options, len(pairs))
    ledger = Ledger(options.out / "attacks.jsonl", what, AttackLine)
    pictures = [read_pair(PROTOCOLS[options.protocol], pair) for pair in pairs]
    listed, found = [pair.name for pair in pairs], {}
    for entry in networks:
        suite = AttackSuite(entry, listed, pictures, options.seed, options.searches, keep)
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
    _require_pairs("--detector", FOLDS, len(pairs))
    protocol = PROTOCOLS[options.protocol]
    pictures = Listed(lambda i: read_pair(protocol, pairs[i]), range(len(pairs)))
    names, prompts = [pair.name for pair in pairs], [pair.prompts for pair in pairs]
    suite = DetectionSuite(detectors, names, pictures, options.seed, prompts)
    ledger = Ledger(options.out / "detection.jsonl", what, DetectionLine)
    return suite.run(options.methods, ledger, progress)


def _check_attacks(options: Options, pairs: int) -> list[MethodEntry]:
    """The networks to attack, those with weights of their own; before hours of measuring."""
    require_torch("--attacks")
    networks = [
        entry
        for entry in options.methods
        if isinstance(entry.method, AnalogMethod) and entry.name.partition(":")[0] != LINEAR
    ]
    if not networks:
        raise UsageError("--attacks is for networks, whose checks can be bypassed; name a --preset")
    _require_pairs("--attacks", LEAST, pairs)
    return networks


def _require_pairs(option: str, least: int, pairs: int) -> None:
    if pairs < least:
        raise UsageError(f"{option} needs at least {least} pairs, not {pairs}")


def _chosen(
    ledger: Ledger[PairLine],
    methods: Sequence[MethodEntry],
    pairs: Sequence[TestPair],
    channels: Sequence[Channel],
) -> list[PairLine]:
    """The lines of this call, in order of methods, channels and pairs."""
    named = [(pair.name, files_of(pair)) for pair in pairs]
    wanted = [
        (entry.name, entry.identity, *name, channel.name)
        for entry in methods
        for channel in channels
        for name in named
    ]
    return [ledger[key] for key in wanted if key in ledger]
