"""Warnings that are of no interest to the user, whichever thread they come from."""

import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_before: warnings.catch_warnings | None = None


@contextmanager
def no_warnings() -> Iterator[None]:
    """Nobody is warned until the last of those who are inside has left.

    `warnings.catch_warnings` alone keeps one state for all threads: one that leaves late would
    bring back the silence of one that left before.
    """
    global _inside, _before
    with _lock:
        _inside += 1
        if _before is None:
            _before = warnings.catch_warnings()
            _before.__enter__()
            warnings.simplefilter("ignore")
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside and _before is not None:
                _before.__exit__(None, None, None)
                _before = None


def _forget() -> None:
    """In a forked process: whoever was inside stayed behind."""
    global _lock, _inside, _before
    if _before is not None:
        _before.__exit__(None, None, None)
    _lock, _inside, _before = threading.Lock(), 0, None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
