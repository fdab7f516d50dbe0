"""Where work is done: a few processes, a short queue, and a refusal in words beyond it."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sshr.app.answers import Answer
from sshr.app.faults import CancelledFault, RequestFault
from sshr.app.forms import Form
from sshr.app.limits import PLACES, WORKERS
from sshr.app.worker import Worker


@dataclass
class Ticket:
    """One piece of work and where it stands; `stage` is empty until there is one."""

    stage: str = ""
    done: int = 0
    total: int = 0
    waiting: bool = False

    def step(self, stage: str, done: int, total: int) -> None:
        """As `sshr.progress.Progress`."""
        self.stage, self.done, self.total = stage, done, total


class Workshop:
    """All that is in work, waits for it or still arrives.

    Args:
        workers: processes at the same time; they start when they are first needed.
        places: requests at the same time.
    """

    def __init__(self, workers: int = WORKERS, places: int = PLACES) -> None:
        self._threads = max((os.cpu_count() or 1) // workers, 1)
        self._free = asyncio.Semaphore(workers)
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._places = places
        self._tickets: dict[str, Ticket] = {}
        self._entered = 0

    def open(self) -> None:
        """Start the first process, so that the first piece of work need not wait for it."""
        self._idle.append(Worker(self._threads))

    def close(self) -> None:
        """End every process, whatever it does."""
        for worker in (*self._idle, *self._busy):
            worker.kill()
        self._idle.clear()

    @property
    def pids(self) -> list[int]:
        """Of the processes that there are."""
        return [worker.pid for worker in (*self._idle, *self._busy)]

    @contextmanager
    def place(self, name: str) -> Iterator[Ticket]:
        """A place for one request.

        Args:
            name: under which the page asks how far it is; empty if it does not.

        Raises:
            RequestFault: 503 all places are taken, 409 the name is.
        """
        if self._entered >= self._places:
            raise RequestFault(
                503, "too much at once: wait until something is done, then try again"
            )
        if name in self._tickets:
            raise RequestFault(409, "a job of this name is at work already")
        ticket = Ticket()
        self._entered += 1
        if name:
            self._tickets[name] = ticket
        try:
            yield ticket
        finally:
            self._entered -= 1
            self._tickets.pop(name, None)

    def ticket(self, name: str) -> Ticket | None:
        """Of a piece of work that is not done yet."""
        return self._tickets.get(name)

    async def perform(self, action: str, form: Form, ticket: Ticket) -> Answer:
        """Have it done in a process. Cancelling the task ends the work, and then returns.

        Raises:
            RequestFault: why it cannot be done.
        """
        ticket.waiting = self._free.locked()
        async with self._free:
            ticket.waiting = False
            worker = self._take()
            done = asyncio.ensure_future(
                asyncio.to_thread(worker.perform, action, form, ticket.step)
            )
            try:
                return await asyncio.shield(done)
            except asyncio.CancelledError:
                worker.cancel()
                await asyncio.wait([done])
                if not done.cancelled():
                    done.exception()  # has been looked at
                raise
            except CancelledFault:
                raise asyncio.CancelledError from None
            finally:
                self._busy.discard(worker)
                if not done.done():  # cancelled twice
                    worker.kill()
                elif worker.is_alive:
                    self._idle.append(worker)

    def _take(self) -> Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                break
        else:
            worker = Worker(self._threads)
        self._busy.add(worker)
        return worker
