"""From lines of a ledger to a report: means over the set, checked, and as text."""

import csv
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from statistics import fmean
from types import MappingProxyType
from typing import Any

from sshr.evaluation.json_records import flat, to_json
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.records import (
    REVEALED,
    AttackReport,
    Change,
    ChannelSummary,
    DetectionLine,
    EvaluationReport,
    MethodReport,
    NiqeSummary,
    PairLine,
    Run,
    WrongKeySummary,
)
from sshr.evaluation.summary import summarise, summarise_set

SCHEMA = 2


def make_report(
    run: Run,
    methods: Sequence[MethodEntry],
    lines: Sequence[PairLine],
    attacks: Mapping[str, AttackReport],
    detection: Sequence[DetectionLine] = (),
    absent: Mapping[str, str] = MappingProxyType({}),
) -> EvaluationReport:
    """Summaries of every method and channel.

    Args:
        lines: of the ledger, those of these methods and pairs.
        attacks: by method, what `AttackSuite.result` gave.
        absent: methods that were not measured, and why.

    Raises:
        EvaluationError: figures contradict each other; then there is no report.
    """
    found = []
    for entry in methods:
        by_channel: dict[str, list[PairLine]] = {}
        for line in lines:
            if line.method == entry.name:
                by_channel.setdefault(line.channel, []).append(line)
        channels = {
            channel: summarise_channel(own, f"{entry.name}, {channel}")
            for channel, own in by_channel.items()
        }
        found.append(MethodReport(entry.name, entry.identity, channels, entry.parts))
    return EvaluationReport(run, found, dict(attacks), list(detection), dict(absent))


def summarise_channel(lines: Sequence[PairLine], what: str) -> ChannelSummary:
    """One method in one channel.

    Raises:
        EvaluationError: see `check_set`.
    """
    both = [(line.stego.psnr, line.revealed.psnr) for line in lines if line.revealed]
    scores = [line.niqe for line in lines if line.niqe]
    stego = summarise_set([line.stego for line in lines], f"{what}, stego")
    assert stego is not None
    return ChannelSummary(
        pairs=len(lines),
        outcomes=_counts(line.outcome for line in lines),
        stego=stego,
        revealed=summarise_set([o.revealed for o in lines if o.revealed], f"{what}, revealed"),
        secret_stego=summarise_set(
            [o.secret_stego for o in lines if o.secret_stego], f"{what}, secret and stego"
        ),
        sum=summarise(sum(pair) for pair in both),
        points=[(round(one, 3), round(other, 3)) for one, other in both] or None,
        oracle_header=summarise_set(
            [o.oracle_header for o in lines if o.oracle_header], f"{what}, header known"
        ),
        niqe=NiqeSummary(
            summarise(score.reference for score in scores),
            summarise(score.stego for score in scores),
        )
        if scores
        else None,
        wrong_key=_wrong_key(lines, what),
        change=_mean_change([line.change for line in lines if line.change]),
    )


def revealed_share(found: ChannelSummary) -> str:
    """`23 of 24`, or what became of those that did not reveal: `0 of 24 (exit code 6: 24)`."""
    good = found.outcomes.get(str(REVEALED), 0)
    bad = [f"{code}: {n}" for code, n in found.outcomes.items() if code != str(REVEALED)]
    told = f" (exit code {', '.join(bad)})" if bad else ""
    return f"{good} of {found.pairs}{told}"


def report_text(report: EvaluationReport) -> str:
    """As JSON, readable, without numbers longer than they are worth."""
    return json.dumps(_rounded(to_json(report)), indent=1, allow_nan=False) + "\n"


def to_csv(lines: Iterable[PairLine]) -> str:
    """One row for each pair, method and channel, one column for each figure."""
    rows = [flat(to_json(line)) for line in lines]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _wrong_key(lines: Sequence[PairLine], what: str) -> WrongKeySummary | None:
    tried = [line.wrong_key for line in lines if line.wrong_key]
    if not tried:
        return None
    outcomes = _counts(one.outcome for one in tried)
    found = summarise_set([one.revealed for one in tried if one.revealed], f"{what}, wrong key")
    return WrongKeySummary(outcomes, *((found.psnr, found.ssim) if found else ()))


def _mean_change(changes: Sequence[Change]) -> Change | None:
    if not changes:
        return None
    histogram, spectrum = (
        [float(f"{fmean(values):.5g}") for values in zip(*rows, strict=True)]
        for rows in ([o.histogram for o in changes], [o.spectrum for o in changes])
    )
    return Change(histogram, spectrum)


def _counts(outcomes: Iterable[int]) -> dict[str, int]:
    return dict(sorted(Counter(map(str, outcomes)).items()))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list) else value
