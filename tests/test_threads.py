"""Threads: how many, and that linear algebra takes one while tiles are worked on."""

import os
import threading
from collections.abc import Callable

import pytest
from threadpoolctl import threadpool_info

from sshr import threads
from sshr.threads import SINGLE, ahead, on_all, one_thread_each, side_by_side, worker_count


@pytest.fixture(autouse=True)
def _not_single(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SINGLE, raising=False)


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


def test_all_items_are_worked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for asked in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
        done: list[int] = []
        assert list(side_by_side(done.append, range(9))) == [None] * 9
        assert sorted(done) == list(range(9))


def test_what_fails_is_raised_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    before = blas_threads()

    def fail(item: int) -> None:
        raise ValueError(f"item {item}")

    for asked in ("1", "2"):
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
        with pytest.raises(ValueError, match="item 0"):
            list(side_by_side(fail, range(3)))
        assert blas_threads() == before


def test_results_are_made_ahead_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in (0, 1, 2, 5):
        assert list(ahead(lambda item: item * item, range(count))) == [i * i for i in range(count)]
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    made: list[int] = []
    results = ahead(made.append, range(9))
    next(results)
    results.close()  # whoever loses interest leaves no thread behind
    assert len(made) <= 3

    def fail(item: int) -> None:
        raise ValueError(f"item {item}")

    with pytest.raises(ValueError, match="item 0"):
        list(ahead(fail, range(3)))


def test_nothing_is_limited_where_it_never_takes_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SINGLE, "1")
    with one_thread_each():
        assert threads._inside == 0


def test_both_are_made_and_the_first_error_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(word: str) -> Callable[[], None]:
        def work() -> None:
            raise ValueError(word)

        return work

    for workers in (1, 2):
        monkeypatch.setattr(threads, "worker_count", lambda count=workers: count)
        assert threads.both(lambda: 1, lambda: "two") == (1, "two")
        with pytest.raises(ValueError, match="first"):
            threads.both(fails("first"), fails("second"))
        with pytest.raises(ValueError, match="second"):
            threads.both(lambda: 1, fails("second"))


def test_on_all_items_work_is_done_once() -> None:
    done: list[int] = []
    on_all(done.append, range(9))
    assert sorted(done) == list(range(9))
