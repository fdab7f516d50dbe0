"""Which files of a folder are pictures: the one list of suffixes, and the one listing."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from PIL import Image

from sshr.errors import UsageError
from sshr.files.names import is_same_file, reason, shown
from sshr.files.plugins import PLUGINS

PathLike = str | os.PathLike[str]

EXCLUDED_FORMATS = frozenset({"EPS", "WMF", "BUFR", "GRIB", "HDF5", "MPEG"})
"""EPS would be run by Ghostscript and WMF drawn by Windows: programs, not samples. Of the others
Pillow only knows the name."""


@dataclass(frozen=True)
class Listing:
    """What a folder holds, each in order of name.

    Attributes:
        pictures: files whose suffix is that of a picture.
        skipped: sub-folders that hold pictures, however deep, and were not entered.
    """

    pictures: tuple[Path, ...]
    skipped: tuple[Path, ...]


def picture_suffixes() -> frozenset[str]:
    """Suffixes of all pictures that can be read, in lower case with their dot.

    Pillow learns the formats of the plugins as well. Those of a plugin that is not installed are
    among them: such a file is better refused with the name of its package than passed over.
    """
    Image.init()
    for plugin in PLUGINS:
        plugin.ready()
    opened = {*Image.OPEN, "MPO"} - EXCLUDED_FORMATS  # Pillow opens an MPO as the JPEG that it is
    known = {suffix for suffix, name in Image.EXTENSION.items() if name in opened}
    return frozenset(known.union(*(plugin.suffixes for plugin in PLUGINS)))


def list_pictures(
    folder: PathLike,
    recursive: bool = False,
    leave_out: Collection[PathLike] = (),
) -> Listing:
    """The pictures in a folder. Hidden files and folders are passed over.

    Args:
        recursive: sub-folders too, those behind links excepted, since they may lead in circles.
        leave_out: sub-folders of another purpose, like that of the outputs; they are not skipped,
            but no part of it.

    Raises:
        UsageError: a folder cannot be listed.
    """
    root, suffixes = Path(folder), picture_suffixes()
    found: dict[bool, list[Path]] = {True: [], False: []}
    for path, is_picture in _walk(root, recursive, suffixes, leave_out):
        if is_picture or _any_picture(path, suffixes, leave_out):
            found[is_picture].append(path)

    def name(path: Path) -> tuple[list[str], Path]:
        # Two systems may spell one name in two ways; the order is that of neither.
        return [nfc(part) for part in path.relative_to(root).parts], path

    return Listing(*(tuple(sorted(found[kind], key=name)) for kind in (True, False)))


def nfc(name: str) -> str:
    """A name in Unicode's composed form: macOS writes é as two characters, others as one."""
    return normalize("NFC", name)


def _walk(
    folder: Path,
    recursive: bool,
    suffixes: frozenset[str],
    leave_out: Collection[PathLike],
) -> Iterator[tuple[Path, bool]]:
    """Pictures (True) and the sub-folders that are not entered (False)."""
    waiting = [folder]
    while waiting:
        inside = waiting.pop()
        try:
            with os.scandir(inside) as entries:
                held = [entry for entry in entries if not entry.name.startswith(".")]
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{shown(inside)}: is not a folder that can be listed ({reason(error)})"
            ) from None
        for entry in held:
            path = inside / entry.name
            if not entry.is_dir():
                if path.suffix.lower() in suffixes:
                    yield path, True
            elif any(is_same_file(path, other) for other in leave_out):
                continue
            elif recursive and not entry.is_symlink():
                waiting.append(path)
            else:
                yield path, False


def _any_picture(folder: Path, suffixes: frozenset[str], leave_out: Collection[PathLike]) -> bool:
    try:
        return any(is_picture for _, is_picture in _walk(folder, True, suffixes, leave_out))
    except UsageError:
        return False  # nobody asked for this folder
