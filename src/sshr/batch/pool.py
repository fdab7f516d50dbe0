"""Work on this machine: in this process, or in several that each load the network once."""

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from sshr.batch.manifest import ManifestEntry
from sshr.batch.pairing import FilePair
from sshr.batch.work import Finish, Job, begin_pair, failed
from sshr.errors import SshrError, UsageError
from sshr.threads import cores

Work = Callable[[Job, FilePair], Finish]
"""Begins a pair; what it returns ends it."""

J = TypeVar("J")
P = TypeVar("P")
E = TypeVar("E")

KILLED = "its process was killed, twice on this pair alone (out of memory?)"

_GRACE = 5.0
"""Seconds that a process has for what it does last, before it is told again."""

_job: Any = None


def run_pool(
    job: Job, pairs: Iterable[FilePair], jobs: int = 1, work: Work = begin_pair
) -> Iterator[ManifestEntry]:
    """`run_tasks` for the pairs of a folder: one that kills its process is a failed entry."""
    return run_tasks(job, pairs, jobs, work, lambda pair: failed(pair, KILLED, SshrError.exit_code))


def run_tasks(
    job: J,
    tasks: Iterable[P],
    jobs: int,
    work: Callable[[J, P], Callable[[], E]],
    lost: Callable[[P], E],
) -> Iterator[E]:
    """What becomes of each task, in the order in which they are ready.

    A single job works in this process, with its threads, and begins a task before it ends the one
    before. Several processes do not, and their threads are together no more than cores. When one is
    killed, the tasks that were in work are tried again one by one; of one that kills its process
    twice alone becomes what `lost` says. What a task raises ends everything.

    Args:
        job, work: what all tasks have in common, and what is done; several processes are sent both.

    Raises:
        UsageError: jobs is not between 1 and the number of cores.
    """
    check_jobs(jobs)
    return _in_pool(job, deque(tasks), jobs, work, lost) if jobs > 1 else _here(job, tasks, work)


def check_jobs(jobs: int) -> None:
    """Refuse more processes than cores.

    Raises:
        UsageError: jobs is not between 1 and their number.
    """
    if not 1 <= jobs <= cores():
        raise UsageError(f"--jobs must be from 1 to {cores()}, the cores of this machine")


def _here(job: J, tasks: Iterable[P], work: Callable[[J, P], Callable[[], E]]) -> Iterator[E]:
    begun: Callable[[], E] | None = None
    for task in tasks:
        before, begun = begun, work(job, task)
        if before is not None:
            yield before()
    if begun is not None:
        yield begun()


def _in_pool(
    job: J,
    waiting: deque[P],
    jobs: int,
    work: Callable[[J, P], Callable[[], E]],
    lost: Callable[[P], E],
) -> Iterator[E]:
    suspects: deque[P] = deque()
    kills: dict[int, int] = {}
    while waiting or suspects:
        pool = ProcessPoolExecutor(
            jobs,
            multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(job, cores() // jobs),
        )
        running: dict[Future[E], P] = {}
        clean = False
        try:
            while waiting or suspects or running:
                alone = bool(suspects)
                while suspects and not running:
                    task = suspects.popleft()
                    running[_submitted(pool, work, task)] = task
                while waiting and not alone and len(running) < jobs:
                    task = waiting.popleft()
                    running[_submitted(pool, work, task)] = task
                ready, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ready:
                    entry = future.result()
                    del running[future]
                    yield entry
            clean = True
        except BrokenProcessPool:
            if len(running) == 1:
                (task,) = running.values()
                kills[id(task)] = kills.get(id(task), 0) + 1
                if kills[id(task)] >= 2:
                    running.clear()
                    yield lost(task)
            suspects.extend(running.values())
        finally:
            # Children that still work are told to stop; they take their temporary files with them.
            pool.shutdown(wait=clean, cancel_futures=True)
            if not clean:
                _end(multiprocessing.active_children())


def _end(children: list[multiprocessing.process.BaseProcess]) -> None:
    """Stop them, and wait until they have."""
    # All before any is waited for: one that has stopped stays until the others have.
    for child in children:
        child.terminate()
    for child in children:
        child.join(_GRACE)
        # The pool takes what stops a task for the task's own fault, and waits for the next one.
        while child.is_alive():
            child.terminate()
            child.join(_GRACE)


def _submitted(
    pool: ProcessPoolExecutor, work: Callable[[J, P], Callable[[], E]], task: P
) -> Future[E]:
    """The task's future. Processes that this starts never hear Ctrl-C, from their first moment on:
    the parent decides, which hears it a little later."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        return pool.submit(_one, work, task)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_one, work, task)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(job: object, threads: int) -> None:
    """What a new process does first. Fewer threads, asked for by OMP_NUM_THREADS, stay fewer."""
    global _job
    _job = job
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be blocked
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))  # torch reads them when it is loaded
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(min(threads, torch.get_num_threads()))


def _one(work: Callable[[Any, P], Callable[[], E]], task: P) -> E:
    return work(_job, task)()


def _stop(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def _die_with_parent() -> None:
    """A parent that was killed says no more; its pipes stay open among the children."""
    process = multiprocessing.parent_process()
    if process is not None:
        process.join()
        os._exit(1)
