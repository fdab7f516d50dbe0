"""Threads: how many, and that linear algebra takes one while tiles are worked on."""

import os
import threading

import pytest
from threadpoolctl import threadpool_info

from sshr.inference import threads
from sshr.inference.threads import one_thread_each, worker_count


def blas_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_fewer_threads_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    for asked, found in (("", 8), ("1", 1), ("3", 3), ("99", 8), ("0", 8), ("many", 8)):
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
        assert worker_count() == found


def test_linear_algebra_takes_one_thread_until_the_last_has_left() -> None:
    before = blas_threads()
    first, second = one_thread_each(), one_thread_each()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)  # they may leave in any order
    assert blas_threads() == {1}
    second.__exit__(None, None, None)
    assert blas_threads() == before


def test_many_threads_enter_and_leave() -> None:
    before = blas_threads()

    def enter() -> None:
        for _ in range(20):
            with one_thread_each():
                pass

    pool = [threading.Thread(target=enter) for _ in range(4)]
    for one in pool:
        one.start()
    for one in pool:
        one.join()
    assert blas_threads() == before
    assert threads._inside == 0


def test_a_forked_process_starts_outside() -> None:
    with one_thread_each():
        threads._forget()
        assert threads._inside == 0
        threads._inside = 1  # what this process itself had
    assert threads._inside == 0
