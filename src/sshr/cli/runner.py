"""Runs the command line and turns every failure into one line and an exit code."""

import errno
import os
import sys
from contextlib import suppress

import typer
from typer.exceptions import TyperException

from sshr.cli.commands import make_app
from sshr.cli.signals import INTERRUPTED, Stopped, Watch, stopped_line
from sshr.cli.streams import StreamError
from sshr.errors import OutputError, SshrError, UsageError
from sshr.files.names import reason, shown

Outcome = tuple[int, str]


def run(arguments: list[str], watch: Watch | None = None) -> int:
    """Exit code of `sshr ARGUMENTS`: 0, an error's own, 130 after Ctrl-C, 143 after SIGTERM.

    Args:
        watch: of the program's signals, which are exceptions while a command is at work.
    """
    watch = watch or Watch()
    try:
        code, message = _outcome(arguments, watch)
    except Stopped as stop:
        code, message = 128 + stop.number, stopped_line(stop.number)
    watch.ignore()
    if message:
        with suppress(OSError):  # nobody reads it: the code has to do
            print("sshr: " + shown(" ".join(message.split())), file=sys.stderr)
    return code


def _outcome(arguments: list[str], watch: Watch) -> Outcome:
    """The exit code and what is to be said on stderr."""
    try:
        watch.raise_stopped()
        return _work(arguments), ""
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED, stopped_line(watch.arrived)
    except Exception as error:
        if watch.arrived is not None:  # which a library has turned into an error of its own
            return 128 + watch.arrived, stopped_line(watch.arrived)
        return _failure(error)


def _work(arguments: list[str]) -> int:
    command = typer.main.get_command(make_app())
    result = command.main(arguments, prog_name="sshr", standalone_mode=False)
    sys.stdout.flush()
    return result if isinstance(result, int) else 0


def _failure(error: Exception) -> Outcome:
    if isinstance(error, SshrError):
        return error.exit_code, str(error)
    if isinstance(error, TyperException):
        say = getattr(error, "format_message", None)
        return UsageError.exit_code, f"{say() if say else error} (see sshr --help)"
    if isinstance(error, StreamError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is left in it
        if error.errno == errno.EPIPE:  # nobody reads any more: nothing to complain of
            return 1, ""
        told = f"standard output cannot be written ({reason(error)}); files are complete"
        return OutputError.exit_code, told
    if isinstance(error, MemoryError):
        return SshrError.exit_code, "not enough memory for pictures of this size"
    if os.environ.get("SSHR_DEBUG"):
        raise error
    told = f"unexpected {type(error).__name__}: {error} (SSHR_DEBUG=1 shows where)"
    return SshrError.exit_code, told
