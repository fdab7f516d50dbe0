"""Writing bytes that are no picture: whole or not at all, and never over a file by accident."""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sshr.errors import OutputError
from sshr.imaging.names import is_same_file, shown
from sshr.imaging.temporary import sync_folder
from sshr.imaging.writing import _check_existing, _exists_error, _folder_error, _publish_new

PathLike = str | os.PathLike[str]
_BINARY = getattr(os, "O_BINARY", 0)  # Windows


def check_file(path: PathLike, force: bool = False, inputs: Iterable[PathLike] = ()) -> None:
    """Refuse a name that `write_file` should not write; any suffix will do.

    Raises:
        OutputError: the reason in one line. Nothing was written.
    """
    name, target = shown(path), Path(path)
    if any(is_same_file(target, source) for source in inputs):
        raise OutputError(f"{name}: is also an input and would be lost. Choose another name.")
    try:
        with suppress(FileNotFoundError):
            _check_existing(os.lstat(target).st_mode, name, force)
    except (OSError, ValueError) as error:
        raise _folder_error(error, target, name) from error


def write_file(path: PathLike, data: bytes, force: bool = False, mode: int = 0o666) -> None:
    """Write bytes under a temporary name and publish them when they are on the disk.

    Args:
        mode: permissions (less the umask), in force from the file's first moment on.

    Raises:
        OutputError: the name, the folder or the disk refuses.
    """
    check_file(path, force)
    name, target = shown(path), Path(path)
    temporary = target.parent / f".sshr-{secrets.token_hex(8)}.tmp"
    try:
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, mode)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if force:
            os.replace(temporary, target)
        else:
            _publish_new(temporary, target)
        sync_folder(target.parent)
    except FileExistsError as error:
        raise _exists_error(name) from error
    except (OSError, ValueError) as error:
        raise _folder_error(error, target, name) from error
    finally:
        with suppress(OSError, ValueError):
            temporary.unlink()
