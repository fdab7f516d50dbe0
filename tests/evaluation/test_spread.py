"""Several processes measure what one does."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from sshr.batch.pool import cores
from sshr.batch.runner import Backend
from sshr.errors import EvaluationError, UsageError
from sshr.evaluation import spread
from sshr.evaluation.ledger import Ledger
from sshr.evaluation.measure import Work, files_of
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.table import find_methods
from sshr.evaluation.protocols import PROTOCOLS, find_pairs
from sshr.evaluation.records import PairLine
from sshr.evaluation.run import Options, evaluate
from sshr.evaluation.spread import Crew, Task, do_task, measure_spread
from sshr.imaging.channels import parse_channels

OTHERS = ("lsb:2", "lsb-matching")


@pytest.fixture
def data(tmp_path, photo):
    folder = tmp_path / "data"
    folder.mkdir()
    for i, name in enumerate(("parrots", "sailboats", "lighthouse", "red-barn")):
        Image.fromarray(photo(name, 64, 64)).save(folder / f"{i}.png")
    (folder / "9.png").write_bytes(b"no picture")
    return folder


@pytest.fixture
def crew(tmp_path):
    return Crew((), OTHERS, "cpu", "folder", 1, tmp_path / "pictures")


def options(data, name, **more):
    methods, out = find_methods([], OTHERS, "cpu"), data.parent / name
    made_of = ([], OTHERS, "cpu")
    channels = parse_channels("png,noise:0.05")
    return Options(methods, data, "folder", channels, out, made_of=made_of, **more)


def files(folder):
    found = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
    return {name: data for name, data in found.items() if name.suffix != ".jsonl"}


@pytest.mark.skipif(cores() < 2, reason="two processes need two cores")
def test_two_processes_write_what_one_does_and_resume(data, monkeypatch):
    said = []
    evaluate(options(data, "one"))
    evaluate(options(data, "two", backend=Backend(jobs=2)), say=said.append)
    one, two = (files(data.parent / name) for name in ("one", "two"))
    assert one.keys() == two.keys()
    assert all(one[name] == two[name] for name in one)
    assert {"1-stego.png", "2-revealed.png"} <= {name.name for name in two}
    assert len(said) == 2  # both pairs of the file that is no picture, each said once

    asked = []
    monkeypatch.setattr(spread, "run_tasks", lambda crew, tasks, *rest: asked.extend(tasks) or [])
    evaluate(options(data, "two", backend=Backend(jobs=2)))
    assert {task.pair.name for task in asked} == {"3.png | 9.png", "9.png | 0.png"}


def test_a_cluster_measures_what_one_process_does(data, crew, tmp_path):
    from distributed import LocalCluster

    (data / "9.png").unlink()
    pairs = find_pairs(PROTOCOLS["folder"], data)
    channels = parse_channels("png")
    work = Work(find_methods([], OTHERS[:1], "cpu"), pairs, PROTOCOLS["folder"], channels, 1)
    ledger = Ledger(tmp_path / "r.jsonl", {}, PairLine)
    crew = replace(crew, others=OTHERS[:1])
    with LocalCluster(1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        backend = Backend("dask", scheduler=cluster.scheduler_address)
        assert measure_spread(work, ledger, crew, backend) == []
    expected = [do_task(crew, task_of(pair, number)).lines[0] for number, pair in enumerate(pairs)]
    assert sorted(ledger, key=lambda line: line.pair) == expected


def task_of(pair, number=0, method="lsb:2", identity="2", channels=("png",)):
    return Task(number, pair, method, identity, channels)


def test_a_method_that_another_process_makes_otherwise_is_a_fault(data, crew):
    pair = find_pairs(PROTOCOLS["folder"], data)[0]
    assert do_task(crew, task_of(pair)).fault is None
    for task in (task_of(pair, identity="3"), task_of(pair, method="lsb:3")):
        found = do_task(crew, task)
        assert (str(found.fault), found.lines) == (
            f"{task.method}: is another one in another process",
            [],
        )


class Tired:
    """Fails at a damaged stego."""

    def conceal(self, secrets, references, key):
        return references

    def reveal(self, stegos, references, key):
        if not np.array_equal(stegos, references):
            raise ZeroDivisionError("of all things")
        return stegos


def test_what_was_measured_before_a_fault_stays(data, crew, tmp_path, monkeypatch):
    pairs = find_pairs(PROTOCOLS["folder"], data)[:1]
    entry = MethodEntry("tired", Tired(), "1")
    monkeypatch.setattr(spread, "_methods", lambda crew: {"tired": entry})
    channels = parse_channels("png,noise:0.1,jpeg:75")
    ledger = Ledger(tmp_path / "r.jsonl", {}, PairLine)
    work = Work([entry], pairs, PROTOCOLS["folder"], channels, 1)
    monkeypatch.setattr(
        spread, "run_tasks", lambda job, tasks, jobs, work, lost: (work(job, t)() for t in tasks)
    )
    with pytest.raises(EvaluationError, match="tired: reveal failed with ZeroDivisionError"):
        measure_spread(work, ledger, crew, Backend(jobs=2))
    assert ("tired", "1", pairs[0].name, files_of(pairs[0]), "png") in ledger
    assert len([*ledger]) == 1
    monkeypatch.setattr(spread, "run_tasks", lambda job, tasks, jobs, work, lost: map(lost, tasks))
    with pytest.raises(EvaluationError, match=r"tired, 0.png \| 1.png: its process was killed"):
        measure_spread(work, ledger, crew, Backend(jobs=2))


def test_methods_that_were_only_handed_over_are_measured_here_alone(data):
    with pytest.raises(UsageError, match="other processes cannot make these methods"):
        evaluate(replace(options(data, "out", backend=Backend(jobs=2)), made_of=None))
