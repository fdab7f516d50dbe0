"""Ctrl-C and SIGTERM: one line and an exit code, whenever they come."""

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

INTERRUPTED = 130
WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


class Stopped(BaseException):
    """A signal has arrived; on its way out, everything removes its temporary files."""

    def __init__(self, number: int) -> None:
        self.number = number


class Watch:
    """What is done about the two signals, for the program's start only.

    Attributes:
        arrived: the last one, or None.
    """

    def __init__(self) -> None:
        self.arrived: int | None = None
        self._own = False

    def leave_at_once(self) -> None:
        """While modules are loaded there is nothing to remove, and any exception may be lost.

        Only a program that has begun with this has its signals changed by the other two.
        """
        self._own = True
        for number in WORDS:
            signal.signal(number, _leave)

    def raise_stopped(self) -> None:
        """From now on a signal is an exception."""
        if not self._own:
            return
        sys.unraisablehook = self._unraisable
        for number in WORDS:
            signal.signal(number, self._raise)

    def ignore(self) -> None:
        """All is done; what remains is the interpreter's own end."""
        for number in WORDS if self._own else ():
            signal.signal(number, signal.SIG_IGN)

    def _raise(self, number: int, frame: FrameType | None) -> None:
        self.arrived = number
        raise Stopped(number)

    def _unraisable(self, lost: Any) -> None:
        """A finaliser swallows every exception: then the signal is sent once more."""
        if isinstance(lost.exc_value, Stopped):
            again = os.getpid(), lost.exc_value.number
            threading.Timer(0.05, os.kill, again).start()
        else:
            sys.__unraisablehook__(lost)


def stopped_line(number: int | None) -> str:
    """What is said of a signal; of none, that a prompt was left."""
    return f"{WORDS[signal.Signals(number or signal.SIGINT)]}; no partial file was left"


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, f"sshr: {stopped_line(number)}\n".encode())
    os._exit(128 + number)
