"""Work on parts of a picture side by side, one thread each."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Result = TypeVar("Result")

SINGLE = "OPENBLAS_NUM_THREADS"
"""Where this is "1" as NumPy is loaded, its linear algebra never takes more than one thread."""

_lock = threading.Lock()
_inside = 0
_limits: Any = None


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def worker_count() -> int:
    """Threads that this process may use: those of its cores, or fewer that OMP_NUM_THREADS says."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores(), int(asked)) if asked.isdigit() and int(asked) else cores()


def side_by_side(work: Callable[[Item], None], items: Iterable[Item]) -> Iterator[None]:
    """Run `work` on all items, and yield after each, in their order.

    One thread each scales better than threads inside small operations, and what is computed does
    not depend on how many there are.
    """
    workers = worker_count()
    with one_thread_each():
        if workers == 1:
            yield from map(work, items)
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(work, items)


def on_all(work: Callable[[Item], None], items: Iterable[Item]) -> None:
    """`side_by_side`, for whoever has nothing to say in between."""
    for _ in side_by_side(work, items):
        pass


def ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Results of `work` in order; while one is used, the next ones are made by other threads."""
    from concurrent.futures import ThreadPoolExecutor

    workers = worker_count()
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def both(one: Callable[[], Item], other: Callable[[], Result]) -> tuple[Item, Result]:
    """Two results, made side by side; what the first raises goes before what the second does."""
    if worker_count() == 1:
        return one(), other()
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(other)
        return one(), waiting.result()


@contextmanager
def one_thread_each() -> Iterator[None]:
    """NumPy's linear algebra takes one thread until the last of those who are inside has left."""
    global _inside, _limits
    if os.environ.get(SINGLE) == "1":
        yield
        return
    from threadpoolctl import threadpool_limits

    with _lock:
        _inside += 1
        if _inside == 1:
            _limits = threadpool_limits(1)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside and _limits is not None:
                _limits.restore_original_limits()
                _limits = None


def _forget() -> None:
    """In a forked process: whoever was inside stayed behind."""
    global _lock, _inside, _limits
    _lock, _inside, _limits = threading.Lock(), 0, None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
