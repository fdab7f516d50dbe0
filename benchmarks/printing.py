"""Records as a Markdown table, a column for each figure, and as parts of a JSON file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sshr.evaluation.json_records import flat, to_json


def show(title: str, records: Sequence[Any]) -> None:
    """Print dataclasses or objects of JSON; what is nested gets a column of its own, lists none."""
    rows = [flat(to_json(record)) for record in records]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [[cell(row.get(name)) for name in columns] for row in rows]
    print(f"### {title}\n")
    for line in (columns, ["---"] * len(columns), *lines):
        print(f"| {' | '.join(line)} |")
    print(flush=True)


def cell(value: Any) -> str:
    """Six digits of a number; nothing for what is missing."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)


def keep(path: Path | None, **parts: Any) -> None:
    """Write parts of a JSON file, the others as they are; None: nowhere."""
    if path is not None:
        path.write_text(json.dumps(kept(path) | to_json(parts), indent=1) + "\n", "utf-8")


def kept(path: Path | None) -> dict[str, Any]:
    """What an earlier run has left in the file; nothing where there is none."""
    found: dict[str, Any] = {}
    if path is not None and path.exists():
        found = json.loads(path.read_text("utf-8"))
    return found


def kept_rows(path: Path | None, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """The `rows` of an earlier run, if all these facts were the same."""
    before = kept(path)
    if any(before.get(name) != value for name, value in facts.items()):
        return []
    return list(before["rows"])
