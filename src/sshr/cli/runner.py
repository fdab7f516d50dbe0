"""Runs the command line and turns every failure into one line and an exit code."""

import os
import signal
import sys

import typer
from typer.exceptions import TyperException

from sshr.cli.commands import make_app
from sshr.errors import SshrError, UsageError
from sshr.files.names import shown

INTERRUPTED = 130
TERMINATED = 143


class Terminated(BaseException):
    """SIGTERM has arrived; on its way out, everything removes its temporary files."""


def raise_on_sigterm() -> None:
    """Make SIGTERM an exception, as SIGINT is one; for the program's start only."""

    def stop(number: int, frame: object) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, stop)


def run(arguments: list[str]) -> int:
    """Exit code of `sshr ARGUMENTS`: 0, an error's own, 130 after Ctrl-C, 143 after SIGTERM."""
    command = typer.main.get_command(make_app())
    try:
        result = command.main(arguments, prog_name="sshr", standalone_mode=False)
    except SshrError as error:
        return _fail(str(error), error.exit_code)
    except TyperException as error:
        return _fail(_usage(error), UsageError.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _fail("interrupted; no partial file was left", INTERRUPTED)
    except Terminated:
        return _fail("terminated; no partial file was left", TERMINATED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except MemoryError:
        return _fail("not enough memory for pictures of this size", SshrError.exit_code)
    except Exception as error:
        if os.environ.get("SSHR_DEBUG"):
            raise
        name = type(error).__name__
        return _fail(f"unexpected {name}: {error} (SSHR_DEBUG=1 shows where)", SshrError.exit_code)
    return result if isinstance(result, int) else 0


def _fail(message: str, code: int) -> int:
    print("sshr: " + shown(" ".join(message.split())), file=sys.stderr)
    return code


def _usage(error: TyperException) -> str:
    say = getattr(error, "format_message", None)
    return f"{say() if say else error} (see sshr --help)"
