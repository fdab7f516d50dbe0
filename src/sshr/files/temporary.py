"""Files that appear whole or not at all, and temporary ones that tell whether a writer lives."""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sshr.files.regular import open_regular

try:
    import fcntl
except ImportError:  # Windows: nothing is locked, and nothing is ever taken for stale
    fcntl = None  # type: ignore[assignment]

PATTERN = ".sshr-*.tmp"
_BINARY = getattr(os, "O_BINARY", 0)  # Windows


@contextmanager
def whole_file(target: Path, force: bool, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A file to write to, which takes the name `target` when the block ends and it is on the disk.

    Without force a file that has appeared there meanwhile is left alone; with it a link is
    replaced, not followed. On any failure nothing remains.

    Args:
        mode: permissions (less the umask), in force from the file's first moment on.

    Raises:
        OSError, ValueError: the name, the folder or the disk refuses.
    """
    with _unpublished(target, force, mode) as (file, _):
        yield file


@contextmanager
def staged_file(target: Path, force: bool, data: bytes, mode: int = 0o666) -> Iterator[Path]:
    """The complete file under a temporary name; it becomes `target` when the block ends well.

    What the block raises keeps the file from being published. See `whole_file` for the rest.
    """
    with _unpublished(target, force, mode) as (file, temporary):
        file.write(data)
        _to_disk(file)
        yield temporary


@contextmanager
def _unpublished(target: Path, force: bool, mode: int) -> Iterator[tuple[BinaryIO, Path]]:
    remove_stale(target.parent)
    with ExitStack() as stack:
        descriptor, temporary = _created(target.parent, mode, stack)
        with open(descriptor, "wb") as file:
            yield file, temporary
            if not file.closed:
                _to_disk(file)
        if force:
            os.replace(temporary, target)
        else:
            _publish_new(temporary, target)
        sync_folder(target.parent)


def _created(folder: Path, mode: int, stack: ExitStack) -> tuple[int, Path]:
    """A new file, locked and removed at the stack's end."""
    while True:
        # Short whatever the target's name is, and hidden, so that folder listings pass it over.
        path = folder / f".sshr-{secrets.token_hex(8)}.tmp"
        stack.callback(_remove, path)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY, mode)
        stack.enter_context(held(descriptor))
        # Another run may have taken it for a dead one's before it was locked.
        if os.path.lexists(path):
            return descriptor, path
        os.close(descriptor)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


def _remove(path: Path) -> None:
    with suppress(OSError, ValueError):
        path.unlink()


def _publish_new(temporary: Path, target: Path) -> None:
    """Give the file its name; FileExistsError when another file has it already."""
    try:
        os.link(temporary, target)
        return
    except FileExistsError:
        raise
    except OSError:
        pass  # the file system has no hard links (FAT, some network folders)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))  # claims the name
    try:
        os.replace(temporary, target)
    except BaseException:
        target.unlink()
        raise


@contextmanager
def held(descriptor: int) -> Iterator[None]:
    """Lock an open file until the block ends or the process dies, whichever comes first.

    The file may be closed meanwhile: a duplicate of the descriptor keeps the lock.
    """
    if fcntl is None:
        yield
        return
    own = os.dup(descriptor)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(own)


def remove_stale(folder: Path) -> int:
    """Delete the temporary files in `folder` whose writers are gone; how many there were."""
    removed = 0
    for path in folder.glob(PATTERN) if fcntl else ():
        with suppress(OSError), open_regular(path, follow=False) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: in use
            path.unlink()
            removed += 1
    return removed


def sync_folder(folder: Path) -> None:
    """Bring a folder's own entries to the disk, so that a rename survives a power cut."""
    with suppress(OSError):  # some systems cannot open folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
