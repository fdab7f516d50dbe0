"""Results on disk, one JSON line for each thing measured, so that a run can stop at any moment."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sshr.errors import OutputError, UsageError
from sshr.files.names import reason, shown

Line = dict[str, Any]
Key = tuple[str, ...]


class Ledger:
    """An append-only file of lines, each with its key; the first line says what run it is.

    A last line that a kill has cut is dropped. Opening the file of another run is an error.

    Args:
        path: the file; made, with its folder, if missing.
        run: what every line depends on, as JSON.
        keys: the entries that make a line's key.

    Raises:
        OutputError: it cannot be written, or holds something else.
        UsageError: it belongs to another run.
    """

    def __init__(self, path: Path, run: Line, keys: tuple[str, ...]) -> None:
        self.path, self._keys = path, keys
        self._lines: dict[Key, Line] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._read(run)
        except OSError as error:
            raise OutputError(f"{shown(path)}: cannot be written ({reason(error)})") from error

    def __contains__(self, key: Key) -> bool:
        return key in self._lines

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
                file.write(json.dumps(line, allow_nan=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{shown(self.path)}: cannot be written ({reason(error)})") from error
        self._lines[self._key(line)] = line

    def _read(self, run: Line) -> None:
        data = self.path.read_bytes() if self.path.exists() else b""
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        try:
            lines = [json.loads(line) for line in whole.splitlines()]
            first, rest = (lines[0], lines[1:]) if lines else (None, [])
            self._lines = {self._key(line): line for line in rest}
        except (ValueError, TypeError, KeyError):
            raise OutputError(f"{shown(self.path)}: is no file of results; remove it") from None
        if first is None:
            with self.path.open("w", encoding="utf-8") as file:
                file.write(json.dumps(run) + "\n")
        elif first != json.loads(json.dumps(run)):
            raise UsageError(
                f"{shown(self.path.parent)}: holds the results of another run (other protocol, "
                "data or seed); choose another --out"
            )

    def _key(self, line: Line) -> Key:
        return tuple(str(line[name]) for name in self._keys)
