"""Which picture goes with which reference, and what the result is called."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sshr.errors import UsageError
from sshr.files.names import reason, shown
from sshr.files.pictures import list_pictures, nfc
from sshr.files.text import read_text

COLUMNS = ("secret", "reference", "output")
SEPARATORS = ",;\t"


@dataclass(frozen=True)
class FilePair:
    """One piece of work; the output's name within the output folder is its name in the manifest.

    Attributes:
        source: the secret to conceal, or the stego to reveal.
    """

    name: str
    source: Path
    reference: Path
    output: Path


@dataclass(frozen=True)
class Pairing:
    """What is to be done, and what is not.

    Attributes:
        pairs: in order of name.
        lonely_sources: sources without a reference, by the name of the output that they lack.
        lonely_references: references without a source.
        skipped_folders: sub-folders that hold pictures and were not entered.
    """

    pairs: tuple[FilePair, ...]
    lonely_sources: Mapping[str, Path] = field(default_factory=dict)
    lonely_references: tuple[Path, ...] = ()
    skipped_folders: tuple[Path, ...] = ()


def pair_by_name(sources: Path, references: Path, output: Path, recursive: bool = False) -> Pairing:
    """Pair the pictures of two folders whose names agree up to the suffix.

    Names are compared, and outputs called, in Unicode's composed form, however a system spells
    them. Hidden files, and files whose suffix is not that of a picture, are passed over.

    Args:
        recursive: sub-folders too, which are part of the name. Of the three folders, one that lies
            inside another is no part of that.

    Raises:
        UsageError: no folder, no picture in it, or two pictures of one name.
    """
    own, skipped = _pictures(sources, recursive, (references, output))
    shared, more = _pictures(references, recursive, (sources, output))
    return Pairing(
        tuple(
            FilePair(name, own[name], shared[name], output / name)
            for name in sorted(own.keys() & shared.keys())
        ),
        {name: path for name, path in own.items() if name not in shared},
        tuple(path for name, path in shared.items() if name not in own),
        tuple(dict.fromkeys(skipped + more)),
    )


def pair_by_table(table: Path, sources: Path, references: Path, output: Path) -> Pairing:
    """Pair by a CSV file with the columns secret, reference and, where wanted, output.

    Columns are separated by what the first line separates them by: a comma, semicolon or tab.
    Names are relative to the three folders; an output's default is the source's with .png.

    Raises:
        UsageError: an unreadable table, a missing column or entry, an output outside its folder or
            given twice.
    """
    pairs: dict[str, FilePair] = {}
    for line, row in _rows(table):
        where = f"{shown(table)}, row {line}"
        source, reference = (row["secret"] or "").strip(), (row["reference"] or "").strip()
        if not source or not reference:
            raise UsageError(f"{where}: secret or reference is empty")
        name = str(Path((row.get("output") or "").strip() or f"{Path(source).stem}.png"))
        if Path(name).is_absolute() or any(part.startswith(".") for part in Path(name).parts):
            raise UsageError(
                f"{where}: the output {shown(name)} is not a plain name inside the output folder"
            )
        if nfc(name) in pairs:
            raise UsageError(f"{where}: another row has the output {shown(name)}; name one of them")
        pairs[nfc(name)] = FilePair(name, sources / source, references / reference, output / name)
    if not pairs:
        raise UsageError(f"{shown(table)}: names no pair")
    return Pairing(tuple(pairs.values()))


def _rows(table: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table and their numbers, the first line's being 1."""
    try:
        text = read_text(table)
        first = io.StringIO(text).readline()
        separator = max(SEPARATORS, key=lambda mark: len({*COLUMNS} & {*_columns(first, mark)}))
        columns = _columns(first, separator)
        missing = [name for name in COLUMNS[:2] if name not in columns]
        if missing:
            raise UsageError(
                f"{shown(table)}: has no column {' and '.join(missing)}; "
                f"the first line must name {', '.join(COLUMNS)}"
            )
        lines = io.StringIO(text, newline="")
        reader = csv.DictReader(lines, columns, delimiter=separator, skipinitialspace=True)
        return list(enumerate(reader, 1))[1:]
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"{shown(table)}: cannot read it ({reason(error)})") from None


def _columns(line: str, separator: str) -> list[str]:
    reader = csv.reader([line], delimiter=separator, skipinitialspace=True)
    return [name.strip().lower() for name in next(reader, [])]


def _pictures(
    folder: Path, recursive: bool, leave_out: tuple[Path, ...]
) -> tuple[dict[str, Path], tuple[Path, ...]]:
    """Pictures by the name of their output, in order, and the sub-folders left aside."""
    listing = list_pictures(folder, recursive, leave_out)
    if not listing.pictures:
        hint = "; its sub-folders do: use --recursive" if listing.skipped and not recursive else ""
        raise UsageError(f"{shown(folder)}: holds no picture{hint}")
    named: dict[str, Path] = {}
    for path in listing.pictures:
        inner = path.relative_to(folder)
        name = nfc(str(inner.with_name(f"{path.stem}.png")))
        other = named.setdefault(name, path)
        if other is not path:
            both = f"{shown(other.relative_to(folder))} and {shown(inner)}"
            raise UsageError(f"{shown(folder)}: {both} are two files of one name; use --pairs")
    return named, listing.skipped
