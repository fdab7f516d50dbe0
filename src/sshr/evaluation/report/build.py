"""From lines of a ledger to a report: means over the set, checked, as plain data for JSON."""

import csv
import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from io import StringIO
from statistics import fmean
from typing import Any

from sshr.evaluation.measure import REVEALED
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.summary import check_set, summarise

Line = dict[str, Any]
Report = dict[str, Any]

COMPARED = ("stego", "revealed", "secret_stego")
SCHEMA = 1


def make_report(
    run: Line, methods: Sequence[MethodEntry], lines: Sequence[Line], attacks: Line
) -> Report:
    """Summaries of every method and channel.

    Args:
        run: what the run was: protocol, data, pairs asked for and left out.
        lines: of the ledger, those of these methods and pairs.
        attacks: by method, what `AttackSuite.result` gave.

    Raises:
        EvaluationError: figures contradict each other; then there is no report.
    """
    found = []
    for named in methods:
        own = [line for line in lines if line["method"] == named.name]
        channels = list(dict.fromkeys(line["channel"] for line in own))
        entry: Line = {"name": named.name, "identity": named.identity}
        entry["parts"] = None if named.parts is None else list(named.parts)
        entry["channels"] = {
            channel: summarise_channel(
                [line for line in own if line["channel"] == channel], f"{named.name}, {channel}"
            )
            for channel in channels
        }
        found.append(entry)
    return {"schema": SCHEMA, "run": run, "methods": found, "attacks": attacks}


def summarise_channel(lines: Sequence[Line], what: str) -> Line:
    """One method in one channel.

    Raises:
        EvaluationError: see `check_set`.
    """
    outcomes = Counter(str(line["outcome"]) for line in lines)
    entry: Line = {"pairs": len(lines), "outcomes": dict(sorted(outcomes.items()))}
    for name in COMPARED:
        rows = [line[name] for line in lines if line.get(name)]
        if rows:
            check_set(rows, f"{what}, {name}")
            entry[name] = _summaries(rows)
    both = [_total(line) for line in lines if line["revealed"]]
    if both:
        entry["sum"] = _summary(both)
        entry["points"] = [
            [round(line["stego"]["psnr"], 3), round(line["revealed"]["psnr"], 3)]
            for line in lines
            if line["revealed"]
        ]
    rows = [line["handed"]["revealed"] for line in lines if line.get("handed")]
    if rows:
        check_set(rows, f"{what}, handed")
        entry["handed"] = _summaries(rows)
    if "niqe" in lines[0]:
        entry["niqe"] = {
            role: _summary([line["niqe"][role] for line in lines])
            for role in ("reference", "stego")
        }
        wrong = Counter(str(line["wrong_key"]["outcome"]) for line in lines)
        entry["wrong_key"] = {"outcomes": dict(sorted(wrong.items()))}
        rows = [line["wrong_key"]["revealed"] for line in lines if line["wrong_key"]["revealed"]]
        if rows:
            entry["wrong_key"] |= _summaries(rows)
        entry["change"] = {
            name: [
                float(f"{fmean(values):.5g}")
                for values in zip(*(line["change"][name] for line in lines), strict=True)
            ]
            for name in ("histogram", "spectrum")
        }
    return entry


def revealed_share(entry: Line) -> str:
    """`23 of 24`, or what became of those that did not reveal: `0 of 24 (exit code 6: 24)`."""
    good = entry["outcomes"].get(str(REVEALED), 0)
    bad = [f"{code}: {n}" for code, n in entry["outcomes"].items() if code != str(REVEALED)]
    told = f" (exit code {', '.join(bad)})" if bad else ""
    return f"{good} of {entry['pairs']}{told}"


def to_json(report: Report) -> str:
    """Readable, without numbers longer than they are worth."""
    return json.dumps(_rounded(report), indent=1, allow_nan=False) + "\n"


def to_csv(lines: Iterable[Line]) -> str:
    """One row for each pair, method and channel, one column for each figure."""
    rows = [_flat(line) for line in lines]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _flat(line: Line, prefix: str = "") -> Line:
    found: Line = {}
    for name, value in line.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        elif not isinstance(value, list):
            found[prefix + name] = value
    return found


def _summaries(rows: Sequence[Line]) -> Line:
    return {name: _summary([row[name] for row in rows]) for name in rows[0]}


def _summary(values: Sequence[float | None]) -> Line | None:
    found = summarise(values)
    return None if found is None else found.as_dict()


def _total(line: Line) -> float:
    return float(line["stego"]["psnr"] + line["revealed"]["psnr"])


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list | tuple) else value
