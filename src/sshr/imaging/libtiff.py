"""What libtiff says while Pillow decodes: it writes to standard error itself, and goes on."""

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ONE_AT_A_TIME = threading.Lock()
_MESSAGE = re.compile(r"\w[\w.-]*: \S")


@contextmanager
def libtiff_errors() -> Iterator[list[str]]:
    """The errors that libtiff reports within the block, one line each, there when it has ended.

    Standard error belongs to the whole process: what is not libtiff's is written to it afterwards.
    """
    errors: list[str] = []
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as file:
        try:
            own = os.dup(2)
        except OSError:  # there is none
            yield errors
            return
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(file.fileno(), 2)
        try:
            yield errors
        finally:
            os.dup2(own, 2)
            file.seek(0)
            for line in file.read().decode("utf-8", "replace").splitlines(keepends=True):
                if not _MESSAGE.match(line):
                    os.write(own, line.encode())
                elif "Warning, " not in line:
                    errors.append(line.strip())
            os.close(own)
