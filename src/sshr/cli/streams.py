"""The standard streams, as they may be where nobody sits at a terminal: closed, or narrow."""

import io
import os
import sys
from typing import Any

from sshr.errors import OutputError, UsageError


class StreamError(OSError):
    """Standard output refuses what is written to it."""


class _Output(io.FileIO):
    """Standard output, whose refusals are told from those of files."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            raise StreamError(error.errno, error.strerror) from error


def ready_streams() -> None:
    """Make all three streams usable, for the program's start only.

    A closed one becomes the null device, also for libraries that write to the descriptor, so that
    no file of ours is ever opened under its number. What a stream's encoding does not have is
    escaped.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper) and mode == "w":
            stream.reconfigure(errors="backslashreplace")
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper) and out.fileno() == 1 and not _is_closed(out):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(_Output(out.fileno(), "w", closefd=False)),
            out.encoding,
            out.errors,
            line_buffering=out.line_buffering,
        )


def read_input(limit: int) -> bytes:
    """Standard input, of which at most `limit` bytes and one more are read.

    Raises:
        UsageError: it is closed.
    """
    if _is_closed(sys.stdin):
        raise UsageError("standard input is closed, so nothing can be read from it")
    data: bytes = sys.stdin.buffer.read(limit + 1)
    return data


def check_stdout() -> None:
    """Refuse to write a secret to nowhere.

    Raises:
        OutputError: standard output is closed.
    """
    if _is_closed(sys.stdout):
        raise OutputError("standard output is closed, so nothing can be written to it")


def _is_closed(stream: object) -> bool:
    return stream is None or getattr(stream, "name", "") == os.devnull
