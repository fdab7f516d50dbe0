"""What became of every pair: one record a file while at work, one CSV and one JSON at the end.

A record is written before its output gets its name and holds the output's hash. So a file under its
final name whose hash stands in its record is finished, whenever and however the run was stopped.
"""

import csv
import hashlib
import io
import json
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from sshr.files.names import shown
from sshr.files.regular import open_regular, read_regular
from sshr.files.temporary import whole_file

RECORDS = ".sshr-records"
KEY_NAME, KEY_BYTES = "key", 32
JSON_NAME, CSV_NAME = "manifest.json", "manifest.csv"


@dataclass(frozen=True)
class ManifestEntry:
    """The manifest's line of one pair.

    Attributes:
        state: done or failed.
        code: 0, or the exit code that the command on this pair alone would end with.
        inputs: HMAC-SHA256 over both inputs' bytes, keys and settings, under the folder's own key.
        sha256: of the output file.
        output: the file's name within the folder, where the work gave it another than `name`.
        figures: what the command measures, by name.
    """

    name: str
    source: str
    reference: str
    state: str
    code: int = 0
    error: str = ""
    inputs: str = ""
    sha256: str = ""
    output: str = ""
    seconds: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex.

    Raises:
        OSError: it cannot be read.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_key(folder: Path) -> bytes:
    """The folder's random key, made when there is none; `inputs` tells nothing without it.

    Raises:
        OSError: it can be neither read nor written.
    """
    path = folder / RECORDS / KEY_NAME
    with suppress(FileNotFoundError):
        key = read_regular(path)
        if len(key) == KEY_BYTES:
            return key
    _write(path, secrets.token_bytes(KEY_BYTES), 0o600)
    return read_regular(path)


def write_record(folder: Path, entry: ManifestEntry) -> None:
    """Put an entry on the disk, whole or not at all, in place of an earlier one of its name."""
    _write(_record_path(folder, entry.name), json.dumps(asdict(entry)).encode())


def read_record(folder: Path, name: str) -> ManifestEntry | None:
    """The entry of a name; None where there is none that can be understood."""
    try:
        facts = json.loads(read_regular(_record_path(folder, name)))
        entry = ManifestEntry(**facts)
    except (OSError, ValueError, TypeError):
        return None
    return entry if entry.name == name else None


def finished(folder: Path, name: str, inputs: str) -> ManifestEntry | None:
    """The entry of a pair that needs no more work: same inputs, and the output is what it made."""
    entry = read_record(folder, name)
    if entry is None or entry.state != "done" or entry.inputs != inputs:
        return None
    with suppress(OSError):
        if file_hash(folder / (entry.output or name)) == entry.sha256:
            return entry
    return None


def write_manifest(folder: Path, entries: Iterable[ManifestEntry]) -> None:
    """`manifest.json` and `manifest.csv` of all entries, in order of name.

    Raises:
        OSError: the folder or the disk refuses.
    """
    ordered = sorted(entries, key=lambda entry: entry.name)
    _write(folder / JSON_NAME, json.dumps([asdict(entry) for entry in ordered], indent=1).encode())
    plain = [f.name for f in fields(ManifestEntry) if f.name != "figures"]
    measured = list(dict.fromkeys(key for entry in ordered for key in entry.figures))
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, [*plain, *measured])
    writer.writeheader()
    for entry in ordered:
        row = asdict(entry)
        writer.writerow({**row.pop("figures"), **row})
    _write(folder / CSV_NAME, table.getvalue().encode())


def _record_path(folder: Path, name: str) -> Path:
    # A hash, since names may hold folders and may be as long as the file system allows.
    return folder / RECORDS / f"{hashlib.sha256(shown(name).encode()).hexdigest()[:32]}.json"


def _write(path: Path, data: bytes, mode: int = 0o666) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, force=True, mode=mode) as file:
        file.write(data)
