"""A process of its own for the work: it does not hold up the page, and can be ended at any moment.

What is secret goes to it through a pipe between the two processes and nowhere else.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection

from sshr.app.answers import Answer
from sshr.app.faults import CancelledFault, RequestFault
from sshr.app.forms import Form
from sshr.app.limits import GRACE_SECONDS
from sshr.progress import Progress

_PROGRESS, _DONE, _REFUSED, _CANCELLED = range(4)
_CANCEL = "cancel"
Work = Callable[[str, Form, Progress], Answer]
DIED = "the work's process was killed (out of memory?)"


class Worker:
    """One process, for one piece of work after another."""

    def __init__(self, threads: int) -> None:
        own, its = multiprocessing.get_context("spawn").Pipe()
        self._pipe: Connection = own
        self._process = multiprocessing.get_context("spawn").Process(
            target=_live, args=(its, threads), daemon=True
        )
        with _deaf_to_interrupts():
            self._process.start()
        its.close()  # so that the process's end is heard
        self._lock, self._sending = threading.Lock(), threading.Lock()
        self._at_work = self._cancelled = self._killed = False
        self._killer: threading.Timer | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it takes more work."""
        return not self._killed and self._process.is_alive()

    @property
    def is_sending(self) -> bool:
        """Whether a form is on its way to it."""
        return self._sending.locked()

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid or 0

    def perform(self, action: str, form: Form, progress: Progress) -> Answer:
        """Have a piece of work done; blocks until it is, or the process is gone.

        Raises:
            RequestFault: why it cannot be done.
            CancelledFault: `cancel` was called.
        """
        with self._lock:
            self._at_work, self._cancelled = True, False
        try:
            with self._sending:
                self._pipe.send((action, form))
            while True:
                kind, told = self._pipe.recv()
                if kind == _PROGRESS:
                    progress(*told)
                elif kind == _DONE:
                    return told
                elif kind == _REFUSED:
                    raise told
                else:
                    raise CancelledFault
        except (EOFError, OSError):
            self.kill()
            if self._cancelled:
                raise CancelledFault from None
            raise RequestFault(500, DIED, "Killed", 1) from None
        finally:
            with self._lock:
                self._at_work = False
                if self._killer is not None:
                    self._killer.cancel()
                    self._killer = None

    def cancel(self) -> None:
        """End the piece in work: at its next step, or by force after a moment."""
        with self._lock:
            if not self._at_work or self._cancelled:
                return
            self._cancelled = True
            # While a form is on its way, nothing else may come into the pipe.
            if self._sending.acquire(blocking=False):
                with suppress(OSError):
                    self._pipe.send(_CANCEL)
                self._sending.release()
            self._killer = threading.Timer(GRACE_SECONDS, self._end_late_work)
            self._killer.daemon = True
            self._killer.start()

    def _end_late_work(self) -> None:
        with self._lock:
            if threading.current_thread() is self._killer:  # not that of a piece that is done
                self._killed = True
                self._process.kill()

    def kill(self) -> None:
        """End the process."""
        self._killed = True
        self._process.kill()
        self._process.join()


class _deaf_to_interrupts:
    """Processes that are started inside never hear Ctrl-C: the parent decides for them."""

    def __enter__(self) -> None:
        self._before = None
        if hasattr(signal, "pthread_sigmask"):  # not on Windows
            self._before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._before)


def _live(pipe: Connection, threads: int) -> None:
    """What the process does, until its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be blocked
    threading.Thread(target=_die_with_parent, daemon=True).start()
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from sshr.app.work import perform

    _load()
    with suppress(EOFError, OSError):
        while True:
            asked = pipe.recv()
            if asked == _CANCEL:  # of a piece that was done by then
                continue
            action, form = asked
            pipe.send(_outcome(perform, action, form, pipe))


def _outcome(work: Work, action: str, form: Form, pipe: Connection) -> tuple[int, object]:
    def progress(stage: str, done: int, total: int) -> None:
        if pipe.poll():
            pipe.recv()
            raise CancelledFault
        pipe.send((_PROGRESS, (stage, done, total)))

    try:
        return _DONE, work(action, form, progress)
    except CancelledFault:
        return _CANCELLED, None
    except RequestFault as fault:
        return _REFUSED, fault


def _load() -> None:
    """What every piece of work needs, before the first one is asked for."""
    import sshr.pipeline.conceal
    import sshr.pipeline.reveal  # noqa: F401


def _die_with_parent() -> None:
    """A parent that was killed says no more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
