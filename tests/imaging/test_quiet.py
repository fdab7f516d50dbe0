"""Warnings stay away as long as anybody wants that, and come back after."""

import os
import threading
import warnings

import pytest

from sshr.imaging import quiet
from sshr.imaging.quiet import no_warnings


def test_whoever_leaves_last_brings_warnings_back() -> None:
    """Two threads that overlap: the first to enter is the first to leave."""
    entered, left, finish = threading.Event(), threading.Event(), threading.Event()

    def second() -> None:
        with no_warnings():
            entered.set()
            finish.wait(60)
        left.set()

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        before = list(warnings.filters)
        thread = threading.Thread(target=second)
        with no_warnings():
            thread.start()
            assert entered.wait(60)
            warnings.warn("first", stacklevel=1)
        warnings.warn("second is still inside", stacklevel=1)
        assert not seen
        finish.set()
        assert left.wait(60)
        thread.join()
        assert list(warnings.filters) == before
        warnings.warn("heard", stacklevel=1)
        assert [str(one.message) for one in seen] == ["heard"]


def test_an_error_inside_brings_them_back_too() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(ValueError, match="x"), no_warnings():
            raise ValueError("x")
        warnings.warn("heard", stacklevel=1)
        assert [str(one.message) for one in seen] == ["heard"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_forked_meanwhile_is_warned_and_can_enter() -> None:
    """Even where the lock was held: who holds it is not there to let it go."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with no_warnings(), quiet._lock:
            child = os.fork()
            if not child:
                code = 1
                if quiet._lock.acquire(timeout=60):
                    quiet._lock.release()
                    with no_warnings():
                        warnings.warn("unheard", stacklevel=1)
                    try:
                        warnings.warn("heard", stacklevel=1)
                    except UserWarning:
                        code = 0
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
