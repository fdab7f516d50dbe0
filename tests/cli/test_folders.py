"""Folders through the command line: failures, reruns, killed workers, signals, full disks."""

import contextlib
import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sshr.batch import pool
from sshr.batch.manifest import file_hash
from sshr.cli.runner import run

OPTIONS = ("--no-passphrase", "--json")


@pytest.fixture
def folders(photo, tmp_path: Path) -> tuple[Path, Path, Path]:
    own, shared = tmp_path / "secrets", tmp_path / "references"
    own.mkdir()
    shared.mkdir()
    for n in range(4):
        Image.fromarray(photo("parrots", 64, 64, 60 * n)).save(own / f"p{n}.png")
        Image.fromarray(photo("sailboats", 64, 64, 60 * n)).save(shared / f"p{n}.png")
    return own, shared, tmp_path / "out"


def call(*arguments: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return code, out.getvalue(), err.getvalue()


def conceal(folders: tuple[Path, Path, Path], *more: object) -> tuple[int, dict]:
    own, shared, out = folders
    code, said, err = call("conceal", own, "-r", shared, "-o", out, *OPTIONS, *more)
    assert said, err
    return code, json.loads(said)


def times(out: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in out.glob("p*.png")}


def test_a_folder_there_and_back(folders, tmp_path: Path) -> None:
    own, shared, out = folders
    assert conceal(folders)[0] == 0
    back = tmp_path / "back"
    assert call("reveal", out, "-r", shared, "-o", back, *OPTIONS)[0] == 0
    entries = json.loads((out / "manifest.json").read_text())
    with open(out / "manifest.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [e["name"] for e in entries] == [r["name"] for r in rows] == sorted(times(back))
    for entry, row in zip(entries, rows, strict=True):
        assert entry["sha256"] == file_hash(out / entry["name"])
        assert float(row["revealed_psnr"]) == entry["figures"]["revealed_psnr"]
        with Image.open(back / entry["name"]) as one, Image.open(own / entry["name"]) as other:
            error = np.square(np.array(one).astype(float) - np.array(other)).mean()
        assert 10 * np.log10(255**2 / error) == pytest.approx(entry["figures"]["revealed_psnr"])


def test_failures_are_reported_and_a_rerun_does_only_what_is_left(folders) -> None:
    own, shared, out = folders
    whole = (own / "p2.png").read_bytes()
    (own / "p2.png").write_bytes(whole[:900])
    (shared / "p3.png").rename(shared / "other.png")
    code, facts = conceal(folders)
    assert (code, facts["done"], set(facts["failed"])) == (1, 2, {"p2.png", "p3.png"})
    assert facts["unused_references"] == [str(shared / "other.png")]
    assert {e["name"]: e["code"] for e in json.loads((out / "manifest.json").read_text())} == {
        **{"p0.png": 0, "p1.png": 0},
        **{"p2.png": 7, "p3.png": 2},
    }
    first = times(out)
    (out / "p1.png").write_bytes(b"no longer what was made")
    (own / "p2.png").write_bytes(whole)
    (shared / "other.png").rename(shared / "p3.png")
    code, facts = conceal(folders)
    # A file that is not ours is not replaced unasked, even under a name that was once ours.
    assert (code, set(facts["failed"])) == (1, {"p1.png"})
    assert "exists already" in facts["failed"]["p1.png"]
    assert times(out)["p0.png"] == first["p0.png"]
    assert conceal(folders, "--force")[0] == 0
    assert times(out)["p0.png"] == first["p0.png"]


def test_a_table_pairs(folders, tmp_path: Path) -> None:
    table = tmp_path / "pairs.csv"
    table.write_text("secret,reference,output\np0.png,p3.png,sub/one.png\np1.png,p2.png,\n")
    code, facts = conceal(folders, "--pairs", table)
    assert (code, facts["done"]) == (0, 2)
    assert (folders[2] / "sub" / "one.png").exists()
    assert (folders[2] / "p1.png").exists()


def test_options_of_folders_need_folders(folders) -> None:
    own, shared, out = folders
    one = ("conceal", own / "p0.png", "-r", shared / "p0.png", "-o", out, *OPTIONS)
    assert call(*one, "--jobs", 2)[0] == 2
    assert call("conceal", own, "-r", shared / "p0.png", "-o", out, *OPTIONS)[0] == 7
    assert call("conceal", own, "-r", shared, "-o", out, *OPTIONS, "--jobs", 10**6)[0] == 2
    assert call("conceal", own, "-r", shared, "-o", own, *OPTIONS)[0] == 8


def test_a_kill_after_the_record_and_before_the_name_is_made_good(folders, monkeypatch) -> None:
    own, shared, out = folders

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("sshr.files.temporary._publish_new", die)
        assert call("conceal", own, "-r", shared, "-o", out, *OPTIONS)[0] == 130
    assert times(out) == {}
    assert list(out.rglob("*.tmp")) == []
    assert conceal(folders)[0] == 0


def test_a_full_disk_fails_each_file_and_leaves_none(folders, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("sshr.files.temporary.os.fsync", full)
        own, shared, out = folders
        code, _, err = call("conceal", own, "-r", shared, "-o", out, *OPTIONS)
        assert code == 8, err
        assert "No space left" in err
    assert times(out) == {}
    assert list(out.rglob("*.tmp")) == []
    assert conceal(folders)[0] == 0


GATED = """
import threading
from sshr.files import temporary

publish = temporary._publish_new

def gated(file, target):
    if target.name in ("p2.png", "p3.png"):
        target.with_name(f"{target.name}.waits").touch()
        threading.Event().wait()
    publish(file, target)

temporary._publish_new = gated  # in the processes of several jobs as well: they import this file

if __name__ == "__main__":
    from sshr.cli import main
    main()
"""


@pytest.mark.parametrize(
    ("number", "code", "jobs"),
    [
        (signal.SIGTERM, 143, min(2, pool.cores())),
        (signal.SIGINT, 130, 1),
        (signal.SIGKILL, -9, min(2, pool.cores())),
    ],
)
def test_signals_leave_nothing_half_done(
    folders, tmp_path: Path, number: int, code: int, jobs: int
) -> None:
    """The signal comes when two outputs have their names and each process is about to give one."""
    own, shared, out = folders
    (tmp_path / "gated.py").write_text(GATED)
    command = ("conceal", own, "-r", shared, "-o", out, "--jobs", str(jobs))
    process = subprocess.Popen(
        [sys.executable, tmp_path / "gated.py", *command, *OPTIONS],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background job, as the tests may be run, ignores SIGINT, and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while len(list(out.glob("*.waits"))) < jobs:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    assert len(list(out.rglob("*.tmp"))) == jobs
    before = times(out)
    process.send_signal(number)
    _, err = process.communicate()
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert times(out) == before
    assert set(before) == {"p0.png", "p1.png"}
    # Nothing can be tidied up after SIGKILL; the next run does it.
    assert len(list(out.rglob("*.tmp"))) == (jobs if number == signal.SIGKILL else 0)
    assert conceal(folders)[0] == 0
    assert len(times(out)) == 4
    assert list(out.rglob("*.tmp")) == []
    assert {name: times(out)[name] for name in before} == before
