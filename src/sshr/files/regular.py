"""Opening what should be a plain file, whatever really has that name."""

import os
import stat
from io import BufferedReader
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: str | os.PathLike[str], *, follow: bool = True) -> BufferedReader:
    """A regular file, open to be read. A pipe is never waited for, nor a device read.

    Args:
        follow: a link may lead to it.

    Raises:
        OSError, ValueError: it cannot be opened, or is something else.
    """
    flags = _FLAGS if follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is not a regular file")
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: str | os.PathLike[str]) -> bytes:
    """All of a regular file.

    Raises:
        OSError, ValueError: see `open_regular`.
    """
    with open_regular(Path(path)) as file:
        return file.read()
