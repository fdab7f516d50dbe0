"""Whole programs: a run that is killed outright, and one on two processes."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from sshr.training.recipe_file import load_recipe
from sshr.training.runner import TrainingSession, train

RECIPE = """
preset: base
model:
  key_dim: 16
  exact: {block: 8, rings: 8, companding: {width: 8}}
data: {crop: 64, batch: 1, accumulate: %d, start_crops: 8}
optimiser: {warm_up: 2}
schedule: {steps: %d}
report: {log_every: 1, save_every: 4}
"""
RUN = "import runpy; runpy.run_module('sshr', run_name='__main__', alter_sys=True)"
STUCK = """
import sys, threading
write = sys.stderr.write
def stop(text):
    last = text.startswith("sshr: step 6,")
    write(text.rstrip("\\n") + "\\n" if last else text)  # the end may come in another call
    sys.stderr.flush()
    if last:
        threading.Event().wait()
sys.stderr.write = stop
"""


def start(
    recipe: Path, data: Path, out: Path, *more: str, before: str = ""
) -> "subprocess.Popen[str]":
    path = os.pathsep.join(entry for entry in sys.path if entry)
    options = ["--data", str(data), "--out", str(out), "--device", "cpu", "--threads", "1"]
    return subprocess.Popen(
        [sys.executable, "-c", before + RUN, "train", "--recipe", str(recipe), *options, *more],
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(recipe: Path, data: Path, out: Path, *more: str) -> str:
    process = start(recipe, data, out, *more)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert all(line.startswith("sshr: ") for line in err.splitlines()), err
    return err


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def here(recipe: Path, data: Path, out: Path) -> None:
    """The same run in this process."""
    train(load_recipe(str(recipe)), TrainingSession(data, out, device="cpu"), lambda line: None)


def written(folder: Path, accumulate: int, steps: int) -> Path:
    path = folder / f"{accumulate}-{steps}.yaml"
    path.write_text(RECIPE % (accumulate, steps))
    return path


def curve(out: Path) -> list[list[str]]:
    with (out / "log.csv").open(newline="") as file:
        return [[row[0], *row[2:8]] for row in list(csv.reader(file))[1:]]


def test_a_run_killed_outright_resumes_to_the_same_curve(folder: Path, tmp_path: Path) -> None:
    recipe = written(tmp_path, 1, 8)
    here(recipe, folder, tmp_path / "whole")
    out = tmp_path / "killed"
    process = start(recipe, folder, out, before=STUCK)
    assert process.stderr is not None
    assert any(line.startswith("sshr: step 6,") for line in process.stderr)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert torch.load(out / "last.ckpt", weights_only=True)["sshr"]["step"] == 4
    finish(recipe, folder, out, "--resume")
    assert curve(out) == curve(tmp_path / "whole")
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "killed"))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_two_processes_compute_the_mean_gradient_of_both(folder: Path, tmp_path: Path) -> None:
    """Two devices with a pair each see, and learn, what one device does with two pairs in turn."""
    here(written(tmp_path, 2, 3), folder, tmp_path / "alone")
    said = finish(written(tmp_path, 1, 3), folder, tmp_path / "both", "--devices", "2")
    assert said.count("model.safetensors written") == 1
    states = [
        torch.load(tmp_path / name / "last.ckpt", weights_only=True)["state_dict"]
        for name in ("alone", "both")
    ]
    for name, value in states[0].items():
        assert torch.allclose(value, states[1][name], atol=1e-6), name
    for alone, both in zip(curve(tmp_path / "alone"), curve(tmp_path / "both"), strict=True):
        for one, other in zip(alone, both, strict=True):
            assert abs(float(one) - float(other)) < 1e-3
