"""The pairs on this machine: in this process, or in several that each load the network once."""

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from sshr.batch.manifest import ManifestEntry
from sshr.batch.pairing import FilePair
from sshr.batch.work import Finish, Job, begin_pair, failed
from sshr.errors import SshrError, UsageError
from sshr.threads import cores

Work = Callable[[Job, FilePair], Finish]
"""Begins a pair; what it returns ends it."""

KILLED = "its process was killed, twice on this pair alone (out of memory?)"

_job: Job | None = None


def run_pool(
    job: Job, pairs: Iterable[FilePair], jobs: int = 1, work: Work = begin_pair
) -> Iterator[ManifestEntry]:
    """Entries in the order in which they are ready, one for every pair.

    A single job works in this process, with its threads, and begins a pair before it ends the one
    before. Several processes do not, and their threads are together no more than cores. When one is
    killed, the pairs that were in work are tried again one by one; one that kills its process twice
    alone is failed.

    Raises:
        UsageError: jobs is not between 1 and the number of cores.
    """
    if not 1 <= jobs <= cores():
        raise UsageError(f"--jobs must be from 1 to {cores()}, the cores of this machine")
    return _in_pool(job, deque(pairs), jobs, work) if jobs > 1 else _here(job, pairs, work)


def _here(job: Job, pairs: Iterable[FilePair], work: Work) -> Iterator[ManifestEntry]:
    begun: Finish | None = None
    for pair in pairs:
        before, begun = begun, work(job, pair)
        if before is not None:
            yield before()
    if begun is not None:
        yield begun()


def _in_pool(job: Job, waiting: deque[FilePair], jobs: int, work: Work) -> Iterator[ManifestEntry]:
    suspects: deque[FilePair] = deque()
    kills: dict[str, int] = {}
    while waiting or suspects:
        pool = ProcessPoolExecutor(
            jobs,
            multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(job, cores() // jobs),
        )
        running: dict[Future[ManifestEntry], FilePair] = {}
        clean = False
        try:
            while waiting or suspects or running:
                alone = bool(suspects)
                while suspects and not running:
                    pair = suspects.popleft()
                    running[_submitted(pool, work, pair)] = pair
                while waiting and not alone and len(running) < jobs:
                    pair = waiting.popleft()
                    running[_submitted(pool, work, pair)] = pair
                ready, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ready:
                    entry = future.result()
                    del running[future]
                    yield entry
            clean = True
        except BrokenProcessPool:
            if len(running) == 1:
                (pair,) = running.values()
                kills[pair.name] = kills.get(pair.name, 0) + 1
                if kills[pair.name] >= 2:
                    running.clear()
                    yield failed(pair, KILLED, SshrError.exit_code)
            suspects.extend(running.values())
        finally:
            # Children that still work are told to stop; they take their temporary files with them.
            pool.shutdown(wait=clean, cancel_futures=True)
            if not clean:
                # All before any is waited for: one that has stopped stays until the others have.
                children = multiprocessing.active_children()
                for child in children:
                    child.terminate()
                for child in children:
                    child.join()


def _submitted(pool: ProcessPoolExecutor, work: Work, pair: FilePair) -> Future[ManifestEntry]:
    """The pair's future. Processes that this starts never hear Ctrl-C, from their first moment on:
    the parent decides, which hears it a little later."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        return pool.submit(_one, work, pair)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_one, work, pair)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(job: Job, threads: int) -> None:
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


def _one(work: Work, pair: FilePair) -> ManifestEntry:
    assert _job is not None
    return work(_job, pair)()


def _stop(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def _die_with_parent() -> None:
    """A parent that was killed says no more; its pipes stay open among the children."""
    process = multiprocessing.parent_process()
    if process is not None:
        process.join()
        os._exit(1)
