"""Which picture goes with which reference, and what the result is called."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sshr.errors import UsageError
from sshr.files.names import reason, shown
from sshr.files.pictures import list_pictures
from sshr.files.text import read_text

COLUMNS = ("secret", "reference", "output")


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
    """The pairs in order of name, sources without a reference, references without a source."""

    pairs: tuple[FilePair, ...]
    lonely_sources: tuple[Path, ...] = ()
    lonely_references: tuple[Path, ...] = ()


def pair_by_name(sources: Path, references: Path, output: Path) -> Pairing:
    """Pair the pictures of two folders whose names agree up to the suffix.

    Hidden files, and files whose suffix is not that of a picture, are passed over.

    Raises:
        UsageError: no folder, no picture in it, or two pictures of one name.
    """
    own, shared = _pictures(sources), _pictures(references)
    pairs = tuple(
        FilePair(f"{stem}.png", own[stem], shared[stem], output / f"{stem}.png")
        for stem in sorted(own.keys() & shared.keys())
    )
    return Pairing(
        pairs,
        tuple(own[stem] for stem in sorted(own.keys() - shared.keys())),
        tuple(shared[stem] for stem in sorted(shared.keys() - own.keys())),
    )


def pair_by_table(table: Path, sources: Path, references: Path, output: Path) -> Pairing:
    """Pair by a CSV file with the columns secret, reference and, where wanted, output.

    Names are relative to the three folders; an output's default is the source's with .png.

    Raises:
        UsageError: an unreadable table, a missing column or entry, an output outside its folder or
            given twice.
    """
    try:
        text = read_text(table).removeprefix("\ufeff")
        reader = csv.DictReader(io.StringIO(text, newline=""))
        missing = {"secret", "reference"} - set(reader.fieldnames or ())
        if missing:
            raise UsageError(
                f"{shown(table)}: has no column {' and '.join(sorted(missing))}; "
                f"the first line must name {', '.join(COLUMNS)}"
            )
        rows = list(enumerate(reader, 2))
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"{shown(table)}: cannot read it ({reason(error)})") from None
    pairs = []
    for line, row in rows:
        source, reference = (row["secret"] or "").strip(), (row["reference"] or "").strip()
        if not source or not reference:
            raise UsageError(f"{shown(table)}, row {line}: secret or reference is empty")
        name = (row.get("output") or "").strip() or f"{Path(source).stem}.png"
        name = str(Path(name))
        if Path(name).is_absolute() or any(part.startswith(".") for part in Path(name).parts):
            raise UsageError(
                f"{shown(table)}, row {line}: the output {shown(name)} is not a plain name "
                "inside the output folder"
            )
        pairs.append(FilePair(name, sources / source, references / reference, output / name))
    if not pairs:
        raise UsageError(f"{shown(table)}: names no pair")
    _all_different((pair.name for pair in pairs), table)
    return Pairing(tuple(pairs))


def _pictures(folder: Path) -> dict[str, Path]:
    found = list_pictures(folder).pictures
    if not found:
        raise UsageError(f"{shown(folder)}: holds no picture")
    _all_different((path.stem for path in found), folder)
    return {path.stem: path for path in found}


def _all_different(names: Iterable[str], where: Path) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise UsageError(f"{shown(where)}: {shown(name)} stands for two files; use --pairs")
        seen.add(name)
