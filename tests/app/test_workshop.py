"""The queue: bounded, told in words, and emptied of what nobody wants."""

import asyncio
import threading
from collections.abc import Callable
from typing import ClassVar

import pytest

from sshr.app import workshop as module
from sshr.app.answers import Answer
from sshr.app.faults import CancelledFault, RequestFault
from sshr.app.forms import Form
from sshr.app.workshop import Ticket, Workshop


class Bench:
    """A worker in this process whose pieces end when they are told to."""

    made: ClassVar[list["Bench"]] = []

    def __init__(self, threads: int) -> None:
        self.is_alive, self.pid = True, 1000 + len(Bench.made)
        self.go, self.started = threading.Event(), threading.Event()
        self.cancelled = False
        Bench.made.append(self)

    def perform(self, action: str, form: Form, progress: Callable[..., None]) -> Answer:
        progress("working", 1, 2)
        self.started.set()
        assert self.go.wait(120)
        self.go.clear()
        if self.cancelled:
            raise CancelledFault
        return Answer({"action": action})

    def cancel(self) -> None:
        self.cancelled = True
        self.go.set()

    def kill(self) -> None:
        self.is_alive = False
        self.go.set()


@pytest.fixture(autouse=True)
def _benches(monkeypatch: pytest.MonkeyPatch) -> None:
    Bench.made = []
    monkeypatch.setattr(module, "Worker", Bench)


async def started(bench: Bench) -> None:
    assert await asyncio.to_thread(bench.started.wait, 120)


def test_places_are_few_and_free_again() -> None:
    shop = Workshop(workers=1, places=2)
    with shop.place("a" * 32) as ticket, shop.place(""):
        assert shop.ticket("a" * 32) is ticket
        with pytest.raises(RequestFault, match="too much at once") as raised, shop.place(""):
            pass
        assert raised.value.status == 503
    assert shop.ticket("a" * 32) is None
    with shop.place("a" * 32), pytest.raises(RequestFault) as raised, shop.place("a" * 32):
        pass
    assert raised.value.status == 409
    with shop.place(""), shop.place(""):
        pass


def test_work_waits_for_a_process_and_reuses_it() -> None:
    async def run() -> None:
        shop = Workshop(workers=1)
        tickets = Ticket(), Ticket()
        first = asyncio.ensure_future(shop.perform("one", Form(), tickets[0]))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(shop.perform("two", Form(), tickets[1]))
        await asyncio.sleep(0)
        (bench,) = Bench.made
        await started(bench)
        assert (tickets[0].stage, tickets[0].done, tickets[0].total) == ("working", 1, 2)
        assert (tickets[0].waiting, tickets[1].waiting) == (False, True)
        assert shop.pids == [1000]
        bench.started.clear()
        bench.go.set()
        assert (await first).facts == {"action": "one"}
        await started(bench)
        assert not tickets[1].waiting
        bench.go.set()
        assert (await second).facts == {"action": "two"}
        assert len(Bench.made) == 1
        shop.close()
        assert not bench.is_alive

    asyncio.run(run())


def test_what_nobody_wants_is_ended() -> None:
    async def run() -> None:
        shop = Workshop(workers=1)
        first = asyncio.ensure_future(shop.perform("one", Form(), Ticket()))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(shop.perform("two", Form(), Ticket()))
        await asyncio.sleep(0)
        (bench,) = Bench.made
        await started(bench)
        second.cancel()  # while it waits
        first.cancel()
        await asyncio.wait({first, second})
        assert first.cancelled()
        assert second.cancelled()
        assert bench.cancelled
        bench.cancelled = False
        bench.started.clear()
        third = asyncio.ensure_future(shop.perform("three", Form(), Ticket()))
        await started(bench)
        bench.go.set()
        assert (await third).facts == {"action": "three"}

    asyncio.run(run())


def test_a_dead_process_is_replaced() -> None:
    async def run() -> None:
        shop = Workshop(workers=1)
        shop.open()
        Bench.made[0].is_alive = False
        work = asyncio.ensure_future(shop.perform("one", Form(), Ticket()))
        await asyncio.sleep(0)
        bench = Bench.made[1]
        await started(bench)
        bench.go.set()
        assert (await work).facts == {"action": "one"}

    asyncio.run(run())
