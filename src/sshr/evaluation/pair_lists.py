"""Lists of pairs: which secret goes with which reference, and in which words.

CSV, TSV, JSON or YAML. Columns: `secret`, `reference`, and, both or none, `private` and `public`,
the prompts. UniStega's own files are read as they are: `image_path` is the secret,
`source_caption` and `target_caption` are the prompts. A row without a reference takes the next
row's secret, the last one the first's.
"""

import csv
import json
from pathlib import Path
from typing import Any

from sshr.errors import UsageError
from sshr.evaluation.methods.method import Prompts
from sshr.files.names import shown
from sshr.files.text import read_text

ListedPair = tuple[str, str, Prompts | None]
"""Names of secret and reference, and the prompts."""

_UNISTEGA = {"image_path": "secret", "source_caption": "private", "target_caption": "public"}


def read_pairs(path: Path) -> list[ListedPair]:
    """The pairs of a list.

    Raises:
        UsageError: the list cannot be read, or a line names no two pictures.
    """
    try:
        rows = [_row(row) for row in _rows(path)]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        said = " ".join(str(error).split())[:160]
        raise UsageError(
            f"{shown(path)}: is no list of pairs with the columns secret and reference ({said})"
        ) from None
    if not rows:
        raise UsageError(f"{shown(path)}: lists no pairs")
    after = [*rows[1:], rows[0]]
    pairs = [
        (secret, reference or following[0], prompts)
        for (secret, reference, prompts), following in zip(rows, after, strict=True)
    ]
    names = [name for secret, reference, _ in pairs for name in (secret, reference)]
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in names):
        raise UsageError(f"{shown(path)}: names must lie below the folder of --data")
    if len(set(pairs)) < len(pairs):
        raise UsageError(f"{shown(path)}: lists a pair twice")
    return pairs


def _rows(path: Path) -> list[Any]:
    text, suffix = read_text(path), path.suffix.lower()
    if suffix == ".json":
        return list(json.loads(text))
    if suffix in (".yaml", ".yml"):
        return _from_yaml(text)
    dialect = "excel-tab" if "\t" in text.split("\n", 1)[0] else "excel"
    return list(csv.DictReader(text.splitlines(), dialect=dialect))


def _from_yaml(text: str) -> list[Any]:
    try:
        import yaml
    except ImportError:
        raise UsageError("a list of pairs in YAML needs: python -m pip install pyyaml") from None
    try:
        return list(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ValueError(error) from None


def _row(row: Any) -> ListedPair:
    """As it stands; the reference may still be missing."""
    if not isinstance(row, dict):
        secret, reference = row
        return _text(secret), _text(reference), None
    if None in row:  # where the reader of CSV puts what has no column
        raise ValueError(f"more cells than columns: {row[None]!r}")
    found = {_UNISTEGA.get(key, key): value for key, value in row.items()}
    private, public = found.get("private"), found.get("public")
    if (private is None) != (public is None):
        raise ValueError(f"one prompt without the other: {row!r}")
    prompts = None if private is None else Prompts(_words(private), _words(public))
    own = "reference" in found or "image_path" not in row
    return _text(found["secret"]), _text(found["reference"]) if own else "", prompts


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"not the name of a picture: {value!r}")
    return value


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"not a prompt: {value!r}")
    return value
