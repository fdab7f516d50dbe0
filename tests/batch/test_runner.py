"""A folder from start to end, whoever does the work."""

import json
from pathlib import Path

import pytest

from sshr.batch.manifest import ManifestEntry
from sshr.batch.pairing import FilePair, Pairing
from sshr.batch.runner import Backend, run_folder
from sshr.batch.work import Job
from sshr.crypto.keys import Keys
from sshr.errors import OutputError, UsageError


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    def work(job: Job, pairs: list[FilePair], jobs: int) -> list[ManifestEntry]:
        return [ManifestEntry(pair.name, "s", "r", "done") for pair in pairs]

    monkeypatch.setattr("sshr.batch.runner.run_pool", work)
    return Job("conceal", tmp_path / "out", Keys(reference_alone=True))


def pairing(job: Job) -> Pairing:
    names = ("b.png", "sub/a.png")
    pairs = tuple(FilePair(n, Path(n), Path(n), job.folder / n) for n in names)
    return Pairing(pairs, {"a.png": Path("own") / "a.heic"})


def test_every_source_has_an_entry(job: Job) -> None:
    (job.folder / "sub").mkdir(parents=True)
    (job.folder / "sub" / ".sshr-dead.tmp").touch()
    steps: list[tuple[int, int]] = []
    entries = run_folder(job, pairing(job), Backend(), lambda *step: steps.append(step))
    assert [(e.name, e.state, e.code) for e in entries] == [
        ("a.png", "failed", UsageError.exit_code),
        *(("b.png", "done", 0), ("sub/a.png", "done", 0)),
    ]
    assert (entries[0].reference, entries[0].source) == ("", str(Path("own") / "a.heic"))
    assert "no reference has this name" in entries[0].error
    assert steps == [(1, 2), (2, 2)]
    assert [e["name"] for e in json.loads((job.folder / "manifest.json").read_text())] == [
        *("a.png", "b.png", "sub/a.png"),
    ]
    assert list(job.folder.rglob("*.tmp")) == []


def test_one_run_at_a_time(job: Job) -> None:
    def again(done: int, total: int) -> None:
        with pytest.raises(OutputError, match="another run is at work"):
            run_folder(job, pairing(job), Backend())

    run_folder(job, pairing(job), Backend(), again)


def test_a_folder_that_cannot_be(job: Job, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        run_folder(job, pairing(job), Backend())


@pytest.mark.parametrize("wrong", [("ssh",), ("dask",), ("local", 1, "tcp://127.0.0.1:9")])
def test_backends_that_make_no_sense(wrong: tuple) -> None:
    with pytest.raises(UsageError, match="--backend"):
        Backend(*wrong)
