"""Small text files that a user names: read whole, whatever stands under the name."""

import os
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 1 << 24
"""Longest text: 16 MiB. An endless device or a file of another kind is not read into memory."""


def read_text(path: Path) -> str:
    """The text of a UTF-8 file or of a pipe such as the shell's `<(command)`.

    A pipe that nobody writes to is empty; it is not waited for.

    Raises:
        OSError: it cannot be opened or read.
        ValueError: more than MAX_BYTES, not UTF-8, or no possible name.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:
        with suppress(OSError, AttributeError):
            os.set_blocking(descriptor, True)  # a writer may take its time
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"longer than {MAX_BYTES >> 20} MiB")
    return data.decode("utf-8")
