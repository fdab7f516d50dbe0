"""A whole evaluation: measure what is missing, then write the report's files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sshr.errors import OutputError, UsageError
from sshr.evaluation import measure as measuring
from sshr.evaluation.attacks import suite as attacking
from sshr.evaluation.attacks.suite import AttackSuite
from sshr.evaluation.channels import Channel, names
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.measure import Work, files_of, measure
from sshr.evaluation.methods.classical import classical
from sshr.evaluation.methods.method import MethodEntry, outside
from sshr.evaluation.methods.networks import NetworkMethod, linear, preset
from sshr.evaluation.protocols import PROTOCOLS, TestPair, find_pairs, read_pair
from sshr.evaluation.report.build import SCHEMA, Report, make_report, to_csv, to_json
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


@dataclass(frozen=True)
class Outcome:
    """The report, and what of the pairs could not be read."""

    report: Report
    skipped: list[str]


def find_methods(presets: Sequence[str], others: Sequence[str], device: str) -> list[MethodEntry]:
    """Presets and checkpoints, then methods: `linear`, `classical:M` or `package.module:factory`.

    Raises:
        SshrError: one of its kinds; see `preset` and `outside`.
    """
    found = [preset(name, device) for name in presets]
    for spec in others:
        kind, _, value = spec.partition(":")
        if spec == "linear":
            found.append(linear(device))
        elif kind == "classical":
            found.append(classical(value))
        else:
            found.append(outside(spec))
    if len({named.name for named in found}) < len(found):
        raise UsageError("a method is named twice")
    return found


def evaluate(
    options: Options, progress: Progress = quiet, say: Callable[[str], None] = lambda line: None
) -> Outcome:
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
    protocol = PROTOCOLS[options.protocol]
    pairs = find_pairs(protocol, options.data, options.pairs)[: options.limit]
    if options.attacks:
        _check_attacks(options, min(len(pairs), options.attack_pairs))
    what = {"schema": SCHEMA, "protocol": protocol.name, "data": options.data.resolve().name}
    what |= {"seed": options.seed}
    ledger = Ledger(options.out / "results.jsonl", what, measuring.KEYS)
    keep = _Keeper(options.out / "pictures", pairs)
    work = Work(
        *(options.methods, pairs, protocol, options.channels, options.seed),
        shown=SHOWN_PAIRS,
        keep=keep.by_pair,
        complain=say,
    )
    skipped = measure(work, ledger, progress)
    lines = _chosen(ledger, options.methods, pairs, options.channels)
    good = {line["pair"] for line in lines}
    usable = [pair for pair in pairs if pair.name in good]
    if not usable:
        raise UsageError(f"{shown(options.data)}: not a single pair could be measured")
    attacks = {}
    if options.attacks:
        attacks = _attacked(options, what, usable[: options.attack_pairs], keep, progress)
    run: dict[str, Any] = what | {
        "stands_for": protocol.stands_for,
        "size": protocol.describe,
        "pairs": len(usable),
        "skipped": skipped,
        "channels": names(options.channels),
    }
    report = make_report(run, options.methods, lines, attacks)
    write_report(options.out, report, lines)
    return Outcome(report, skipped)


def write_report(out: Path, report: Report, lines: Sequence[dict[str, Any]]) -> None:
    """report.json, pairs.csv, report.md and report.html in the run's folder.

    Raises:
        OutputError: one cannot be written.
    """
    texts = {
        "report.json": to_json(report),
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
) -> dict[str, Any]:
    networks = _check_attacks(options, len(pairs))
    ledger = Ledger(options.out / "attacks.jsonl", what, attacking.KEYS)
    pictures = [read_pair(PROTOCOLS[options.protocol], pair) for pair in pairs]
    listed, found = [pair.name for pair in pairs], {}
    for named in networks:
        assault = AttackSuite(
            named, listed, pictures, options.seed, options.searches, keep.by_number
        )
        assault.run(ledger, progress)
        found[named.name] = assault.result(ledger)
    return found


def _check_attacks(options: Options, pairs: int) -> list[MethodEntry]:
    """The networks to attack, those with weights of their own; before hours of measuring."""
    networks = [
        named
        for named in options.methods
        if isinstance(named.method, NetworkMethod) and named.name != "linear"
    ]
    if not networks:
        raise UsageError("--attacks is for networks, whose checks can be bypassed; name a --preset")
    if pairs < attacking.LEAST:
        raise UsageError(f"--attacks needs at least {attacking.LEAST} pairs, not {pairs}")
    return networks


def _chosen(
    ledger: Ledger,
    methods: Sequence[MethodEntry],
    pairs: Sequence[TestPair],
    channels: Sequence[Channel],
) -> list[dict[str, Any]]:
    """The lines of this call, in order of methods, channels and pairs."""
    by_key = {tuple(line[name] for name in measuring.KEYS): line for line in ledger}
    wanted = [
        (named.name, named.identity, pair.name, files_of(pair), channel.name)
        for named in methods
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
