"""Writing any file: whole or not at all, and never over a file by accident."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sshr.errors import OutputError, UsageError
from sshr.files.names import is_same_file, reason, shown
from sshr.files.temporary import staged_file, whole_file

PathLike = str | os.PathLike[str]

FOR_EVERYBODY = 0o666
"""Permissions of what is made to be passed on, less the umask."""

FOR_THE_OWNER = 0o600
"""Permissions of what is secret."""


def check_file(path: PathLike, force: bool = False, inputs: Iterable[PathLike] = ()) -> None:
    """Refuse a name that should not be written; any suffix will do.

    Args:
        force: an existing file may be replaced.
        inputs: files that the work reads; the output must be none of them, whatever the links.

    Raises:
        OutputError: the reason in one line. Nothing was written.
    """
    name, target = shown(path), Path(path)
    if os.fspath(path).endswith(("/", os.sep)):  # which a Path forgets
        raise OutputError(f"{name}: names a folder. Give a file name.")
    if any(is_same_file(target, source) for source in inputs):
        raise OutputError(f"{name}: is also an input and would be lost. Choose another name.")
    with refusals(target), suppress(FileNotFoundError):
        _check_existing(os.lstat(target).st_mode, name, force)


def write_file(path: PathLike, data: bytes, force: bool = False, mode: int = FOR_EVERYBODY) -> None:
    """Write bytes under a temporary name and publish them when they are on the disk.

    Args:
        mode: permissions (less the umask), in force from the file's first moment on.

    Raises:
        OutputError: the name, the folder or the disk refuses.
    """
    check_file(path, force)
    with refusals(Path(path)), whole_file(Path(path), force, mode) as file:
        file.write(data)


def write_stream(stream: BinaryIO, data: bytes) -> None:
    """Write bytes to a binary stream.

    Raises:
        UsageError: it is none.
        OutputError: it refuses.
    """
    try:
        stream.write(data)
    except (AttributeError, TypeError):
        kind = type(stream).__name__
        raise UsageError(f"a target is a path or a binary stream, not {kind}") from None
    except (OSError, ValueError) as error:
        raise OutputError(f"the stream cannot be written ({reason(error)})") from error


@contextmanager
def staged(target: Path, data: bytes, force: bool, mode: int = FOR_EVERYBODY) -> Iterator[Path]:
    """`staged_file`, with its refusals in words.

    Raises:
        OutputError: the name, the folder or the disk refuses.
    """
    with refusals(target), staged_file(target, force, data, mode) as file:
        yield file


@contextmanager
def refusals(target: Path) -> Iterator[None]:
    """Turns what the system says against an output into words.

    Raises:
        OutputError: for an OSError or ValueError of the block.
    """
    try:
        yield
    except FileExistsError as error:
        raise _exists_error(shown(target)) from error
    except (OSError, ValueError) as error:
        raise _folder_error(error, target, shown(target)) from error


def _check_existing(mode: int, name: str, force: bool) -> None:
    if stat.S_ISDIR(mode):
        raise OutputError(f"{name}: is a folder. Give a file name.")
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise OutputError(f"{name}: is not a regular file. Choose another name.")
    if not force:
        raise _exists_error(name)


def _exists_error(name: str) -> OutputError:
    return OutputError(
        f"{name}: exists already. Choose another name, or use --force to replace it."
    )


def _folder_error(error: Exception, target: Path, name: str) -> OutputError:
    folder = shown(target.parent)
    if isinstance(error, FileNotFoundError):
        return OutputError(f"{name}: there is no folder {folder}. Create it first.")
    if isinstance(error, NotADirectoryError):
        return OutputError(f"{name}: {folder} is not a folder.")
    if isinstance(error, PermissionError):
        return OutputError(f"{name}: no permission to write in the folder {folder}.")
    return OutputError(f"{name}: cannot be written ({reason(error)}).")
