"""One process or several: none that is killed takes a file along."""

import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from sshr.batch import pool
from sshr.batch.manifest import ManifestEntry
from sshr.batch.pairing import FilePair
from sshr.batch.work import Finish, Job
from sshr.crypto.keys import Keys
from sshr.errors import UsageError


def work_in(folder: Path) -> tuple[Job, list[FilePair]]:
    out = folder / "out"
    names = [f"p{n}.png" for n in range(4)]
    return Job("conceal", out, Keys(reference_alone=True)), [
        FilePair(n, Path(), Path(), out / n) for n in names
    ]


def crash_once(job: Job, pair: FilePair) -> Finish:
    """Work whose process is killed at one pair, the first time that it comes to it."""
    mark = job.folder.parent / "crashed"
    if pair.name == "p1.png" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return note(job, pair)


def crash_always(job: Job, pair: FilePair) -> Finish:
    if pair.name == "p1.png":
        os.kill(os.getpid(), signal.SIGKILL)
    return note(job, pair)


def note(job: Job, pair: FilePair) -> Finish:
    return partial(ManifestEntry, pair.name, "", "", "done")


@pytest.mark.skipif(pool.cores() < 2, reason="two processes need two cores")
@pytest.mark.parametrize(("work", "bad"), [(crash_once, set()), (crash_always, {"p1.png"})])
def test_killed_processes_lose_no_file(tmp_path: Path, work: pool.Work, bad: set[str]) -> None:
    job, pairs = work_in(tmp_path)
    entries = list(pool.run_pool(job, pairs, 2, work))
    assert sorted(e.name for e in entries) == [p.name for p in pairs]
    assert {e.name for e in entries if e.state != "done"} == bad


def test_a_single_job_leaves_the_threads_alone(tmp_path: Path) -> None:
    import torch

    before = torch.get_num_threads(), os.environ.get("OMP_NUM_THREADS")
    seen = []

    def look(job: Job, pair: FilePair) -> Finish:
        seen.append((torch.get_num_threads(), os.environ.get("OMP_NUM_THREADS")))
        return note(job, pair)

    job, pairs = work_in(tmp_path)
    assert len(list(pool.run_pool(job, pairs, 1, look))) == len(pairs)
    assert set(seen) == {before}


def test_a_single_job_begins_a_pair_before_it_ends_the_one_before(tmp_path: Path) -> None:
    steps = []

    def work(job: Job, pair: FilePair) -> Finish:
        steps.append(f"begin {pair.name}")

        def finish() -> ManifestEntry:
            steps.append(f"end {pair.name}")
            return ManifestEntry(pair.name, "", "", "done")

        return finish

    job, pairs = work_in(tmp_path)
    assert [entry.name for entry in pool.run_pool(job, pairs, 1, work)] == [p.name for p in pairs]
    order = ["begin p0", "begin p1", "end p0", "begin p2", "end p1", "begin p3", "end p2", "end p3"]
    assert steps == [f"{step}.png" for step in order]
    assert list(pool.run_pool(job, [], 1, work)) == []


@pytest.mark.parametrize("jobs", [0, -1, 10**6])
def test_more_processes_than_cores_are_refused(tmp_path: Path, jobs: int) -> None:
    with pytest.raises(UsageError, match="--jobs must be from 1 to"):
        pool.run_pool(*work_in(tmp_path), jobs, note)


def deaf(job: Job, pair: FilePair) -> Finish:
    """Says which signals its process does not hear."""
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return partial(ManifestEntry, pair.name, "", "", "done", error=str(signal.SIGINT in heard))


@pytest.mark.skipif(pool.cores() < 2, reason="needs two cores")
def test_processes_never_hear_what_the_parent_decides(tmp_path: Path) -> None:
    job, pairs = work_in(tmp_path)
    assert {entry.error for entry in pool.run_pool(job, pairs, 2, deaf)} == {"True"}
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def stubborn(job: Job, pair: FilePair) -> Finish:
    """One process takes the first stop for a fault of its work; the other fails meanwhile."""

    def finish() -> ManifestEntry:
        ready = job.folder.parent / "ready"
        if pair.name == "p0.png":
            try:
                ready.touch()
                time.sleep(60)
            except SystemExit:
                time.sleep(30)
                ready.with_name("woke").touch()
        while not ready.exists():
            time.sleep(0.01)
        raise UsageError("a fault")

    return finish


@pytest.mark.skipif(pool.cores() < 2, reason="needs two cores")
def test_a_process_that_misses_the_stop_is_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_GRACE", 0.2)
    job, pairs = work_in(tmp_path)
    with pytest.raises(UsageError, match="a fault"):
        list(pool.run_pool(job, pairs[:2], 2, stubborn))
    assert (tmp_path / "ready").exists()
    assert not (tmp_path / "woke").exists()
