"""How many threads work on tiles, and that linear algebra inside them takes no more."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_lock = threading.Lock()
_inside = 0
_limits: threadpool_limits | None = None


def worker_count() -> int:
    """Threads that this process may use: those of its cores, or fewer that OMP_NUM_THREADS says."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores or 1, int(asked)) if asked.isdigit() and int(asked) else cores or 1


@contextmanager
def one_thread_each() -> Iterator[None]:
    """NumPy's linear algebra takes one thread until the last of those who are inside has left."""
    global _inside, _limits
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
