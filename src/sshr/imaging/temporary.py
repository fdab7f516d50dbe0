"""Temporary files that tell whether their writer still lives."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing is locked, and nothing is ever taken for stale
    fcntl = None  # type: ignore[assignment]

PATTERN = ".sshr-*.tmp"


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
        with suppress(OSError), open(path, "rb") as file:
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
