"""Results on disk, one JSON line for each thing measured, so that a run can stop at any moment."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from sshr.errors import OutputError, UsageError
from sshr.evaluation.json_records import from_json, to_json
from sshr.files.names import reason, shown

Key = tuple[str, ...]


class Keyed(Protocol):
    """A record with what it depends on."""

    @property
    def key(self) -> Key:
        """By which it is found again."""


Line = TypeVar("Line", bound=Keyed)


class Ledger(Generic[Line]):
    """An append-only file of records of one kind; the first line says what run it is.

    A last line that a kill has cut is dropped. Opening the file of another run is an error.

    Args:
        path: the file; made, with its folder, if missing.
        run: what every line depends on, as JSON.
        kind: of the records.

    Raises:
        OutputError: it cannot be written, or holds something else.
        UsageError: it belongs to another run.
    """

    def __init__(self, path: Path, run: dict[str, Any], kind: type[Line]) -> None:
        self.path, self._kind = path, kind
        self._lines: dict[Key, Line] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._read(run)
        except OSError as error:
            raise OutputError(f"{shown(path)}: cannot be written ({reason(error)})") from error

    def __contains__(self, key: Key) -> bool:
        return key in self._lines

    def __getitem__(self, key: Key) -> Line:
        return self._lines[key]

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines.values())

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, line: Line) -> None:
        """Write a line through to the disk.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(to_json(line), allow_nan=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{shown(self.path)}: cannot be written ({reason(error)})") from error
        self._lines[line.key] = line

    def _read(self, run: dict[str, Any]) -> None:
        data = self.path.read_bytes() if self.path.exists() else b""
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        try:
            lines = [json.loads(line) for line in whole.splitlines()]
            first, rest = (lines[0], lines[1:]) if lines else (None, [])
            found = [from_json(self._kind, line) for line in rest]
            self._lines = {line.key: line for line in found}
        except (ValueError, TypeError, AttributeError):
            raise OutputError(f"{shown(self.path)}: is no file of results; remove it") from None
        if first is None:
            with self.path.open("w", encoding="utf-8") as file:
                file.write(json.dumps(run) + "\n")
        elif first != json.loads(json.dumps(run)):
            raise UsageError(
                f"{shown(self.path.parent)}: holds the results of another run (other protocol, "
                "data or seed); choose another --out"
            )
