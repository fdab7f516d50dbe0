"""One evaluation by several processes, here or on a Dask cluster: a method and a pair at a time.

Networks do not travel: every process makes the methods itself, as it was told to.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sshr.batch.cluster import run_on_cluster
from sshr.batch.pool import KILLED, run_tasks
from sshr.batch.runner import Backend
from sshr.errors import EvaluationError, ImageError, SshrError
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.lpips import Lpips
from sshr.evaluation.measure import SHOWN_PAIRS, Trial, Work, keep_picture, left_over
from sshr.evaluation.methods.method import MethodEntry, prompted
from sshr.evaluation.methods.table import find_all
from sshr.evaluation.protocols import PROTOCOLS, TestPair, read_pair
from sshr.evaluation.records import PairLine
from sshr.imaging.channels import parse_channel
from sshr.progress import Progress, quiet


@dataclass(frozen=True)
class Crew:
    """What each process must know.

    Attributes:
        presets, others, device: of `find_all`.
        protocol: by name.
        pictures: the folder of the pictures that are kept.
    """

    presets: tuple[str, ...]
    others: tuple[str, ...]
    device: str
    protocol: str
    seed: int
    pictures: Path


@dataclass(frozen=True)
class Task:
    """What is lacking of one method on one pair; channels by name."""

    number: int
    pair: TestPair
    method: str
    identity: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """What came of a task.

    Attributes:
        unreadable: why the pair has to be left out.
        fault: what ended it.
    """

    task: Task
    lines: list[PairLine] = field(default_factory=list)
    unreadable: str | None = None
    fault: SshrError | None = None


def measure_spread(
    work: Work,
    ledger: Ledger[PairLine],
    crew: Crew,
    backend: Backend,
    progress: Progress = quiet,
) -> list[str]:
    """As `measure`, by several processes.

    Raises:
        UsageError: see `run_tasks` and `run_on_cluster`.
        EvaluationError: as `measure`; or a process was killed twice by the same task.
    """
    tasks = [
        Task(number, pair, entry.name, entry.identity, tuple(one.name for one in channels))
        for number, pair, entry, channels in left_over(work, ledger)
    ]
    total, done = sum(len(task.channels) for task in tasks), 0
    skipped: dict[int, str] = {}
    for found in _measured(crew, tasks, backend):
        for line in found.lines:
            ledger.add(line)
            done += 1
            progress("measuring", done, total)
        if found.fault is not None:
            raise found.fault
        if found.unreadable is not None:
            total -= len(found.task.channels)
            if found.task.number not in skipped:
                work.complain(found.unreadable)
            skipped[found.task.number] = found.unreadable
    return [skipped[number] for number in sorted(skipped)]


def do_task(crew: Crew, task: Task) -> Measured:
    """Measure it; what was measured before a fault stays."""
    lines: list[PairLine] = []
    try:
        entry = _methods(crew).get(task.method)
        if entry is None or entry.identity != task.identity:
            raise EvaluationError(f"{task.method}: is another one in another process")
        pictures = read_pair(PROTOCOLS[crew.protocol], task.pair)
        own = prompted(entry, task.pair.prompts)
        trial = Trial(own, task.pair, *pictures, crew.seed, _lpips())
        shown = task.number < SHOWN_PAIRS
        keep = functools.partial(keep_picture, crew.pictures) if shown else None
        for name in task.channels:
            lines.append(trial.line(parse_channel(name), keep, task.number))
    except ImageError as error:
        return Measured(task, lines, unreadable=str(error))
    except SshrError as error:
        return Measured(task, lines, fault=error)
    return Measured(task, lines)


def _measured(crew: Crew, tasks: list[Task], backend: Backend) -> Iterator[Measured]:
    if backend.scheduler is None:
        return run_tasks(crew, tasks, backend.jobs, _begin, _killed)
    work = functools.partial(do_task, crew)
    return run_on_cluster(work, [_anywhere(task) for task in tasks], backend.scheduler, _lost)


def _anywhere(task: Task) -> Task:
    """For a process that works in another folder."""
    pair, (secret, reference) = task.pair, (task.pair.secret, task.pair.reference)
    return replace(
        task, pair=replace(pair, secret=secret.absolute(), reference=reference.absolute())
    )


def _begin(crew: Crew, task: Task) -> "functools.partial[Measured]":
    return functools.partial(do_task, crew, task)


def _killed(task: Task) -> Measured:
    return _failed(task, KILLED)


def _lost(task: Task, fault: BaseException) -> Measured:
    return _failed(task, f"lost by the cluster: {fault}")


def _failed(task: Task, why: str) -> Measured:
    return Measured(task, fault=EvaluationError(f"{task.method}, {task.pair.name}: {why}"))


@functools.lru_cache(maxsize=1)
def _methods(crew: Crew) -> dict[str, MethodEntry]:
    found, _ = find_all(crew.presets, crew.others, crew.device)
    return {entry.name: entry for entry in found}


@functools.lru_cache(maxsize=1)
def _lpips() -> Lpips:
    return Lpips()
