"""Runs with their files: resumed ones give the same curve, and every refusal is one line."""

import csv
import dataclasses
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from sshr.errors import CheckpointError, DeviceError, SshrError, TrainingError, UsageError
from sshr.network.rsrk import AlexNetFeatures
from sshr.training import objective
from sshr.training.recipe import Recipe
from sshr.training.runner import Session, train
from sshr.training.start import initial_net, load_alexnet
from sshr.zoo.checkpoint import load_checkpoint
from sshr.zoo.registry import load_model

SMALL: dict[str, Any] = {
    "preset": "paper",
    "model": {
        "steps": 1,
        "key_dim": 16,
        "diffusion": {"filters": 12, "key_hidden": 8},
        "reaction": {"width": 8, "heads": 2},
    },
    "data": {"batch": 1},
    "loss": {"kind": "paper"},
    "schedule": {"steps": 8},
    "report": {"log_every": 1, "save_every": 3},
}
Recipes = Callable[..., Recipe]


class Killed(Exception):
    """Ends a run where it stands, as a kill does."""


def curve(out: Path) -> list[list[str]]:
    """The log without its columns of time."""
    with (out / "log.csv").open(newline="") as file:
        return [[row[0], *row[2:10]] for row in csv.reader(file)]


def session(folder: Path, run: Path, **changes: Any) -> Session:
    return dataclasses.replace(Session(folder, run, device="cpu", workers=0), **changes)


def killer(step: int) -> Callable[[str], None]:
    def say(line: str) -> None:
        if line.startswith(f"step {step},"):
            raise Killed

    return say


def nothing(line: str) -> None:
    """Says nothing."""


@pytest.fixture
def data(folder: Path) -> Path:
    return folder


@pytest.mark.parametrize("workers", [0, 1])
def test_a_killed_run_resumes_to_the_same_curve(
    data: Path, tmp_path: Path, recipe: Recipes, workers: int
) -> None:
    own = recipe(**SMALL)
    ended = train(own, session(data, tmp_path / "whole"), nothing)
    assert (ended.step, ended.steps, ended.signal) == (8, 8, None)
    out = tmp_path / "killed"
    for step in (2, 5):
        with pytest.raises(Killed):
            train(own, session(data, out, resume=step > 2), killer(step))
    assert len(curve(out)) == 1 + 5
    ended = train(None, session(data, out, resume=True, workers=workers), nothing)
    assert ended.step == 8
    assert curve(out) == curve(tmp_path / "whole")
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "killed"))
    assert all(torch.equal(one[name], other[name]) for name in one)
    one, other = (
        torch.load(tmp_path / name / "last.ckpt", weights_only=True) for name in ("whole", "killed")
    )
    for name, value in one["state_dict"].items():
        assert torch.equal(value, other["state_dict"][name]), name
    assert not list(out.glob(".*"))
    done = train(None, session(data, out, resume=True), nothing)  # nothing is left to do
    assert done.step == 8
    assert curve(out) == curve(tmp_path / "whole")


def test_bad_steps_survive_a_resume(
    data: Path, tmp_path: Path, recipe: Recipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, calls = objective.total_loss, [0]

    def broken(*arguments: Any) -> Tensor:
        calls[0] += 1
        return original(*arguments) * (float("nan") if calls[0] in (3, 4) else 1.0)

    monkeypatch.setattr(objective, "total_loss", broken)
    own = recipe(**SMALL, safety={"skips": 2, "snapshot_every": 1})
    said: list[str] = []
    train(own, session(data, tmp_path / "whole"), said.append)
    trouble = [line for line in said if "loss nan" in line]
    assert trouble[0].endswith("skipped (1 so far)")
    assert trouble[1].endswith("back to the last good weights, rate x0.3")
    calls[0] = 0
    out = tmp_path / "killed"
    with pytest.raises(Killed):
        train(own, session(data, out), killer(4))
    calls[0] = 3  # of the checkpoint after step 3
    train(None, session(data, out, resume=True), nothing)
    assert curve(out) == curve(tmp_path / "whole")
    assert curve(out)[-1][-2:] == ["2", "1"]


def test_a_time_limit_and_a_signal_end_a_session_after_its_step(
    data: Path, tmp_path: Path, recipe: Recipes
) -> None:
    own, out = recipe(**SMALL), tmp_path / "run"
    ended = train(own, session(data, out, max_seconds=1e-9), nothing)
    assert (ended.step, ended.signal) == (1, None)

    def interrupt(line: str) -> None:
        if line.startswith("step 3,"):
            signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    ended = train(own, session(data, out, resume=True), interrupt)
    assert (ended.step, ended.signal) == (3, signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before
    assert torch.load(out / "last.ckpt", weights_only=True)["sshr"]["step"] == 3
    assert load_checkpoint(out / "model.safetensors", torch.device("cpu")).net.config


def test_a_resumed_run_may_be_longer_but_not_another(
    data: Path, tmp_path: Path, recipe: Recipes
) -> None:
    own, out = recipe(**SMALL), tmp_path / "run"
    train(own, session(data, out, steps=2), nothing)
    assert train(None, session(data, out, resume=True, steps=3), nothing).step == 3
    other = dataclasses.replace(own, seed=5)
    with pytest.raises(TrainingError, match=r"begun with another recipe \(seed\)"):
        train(other, session(data, out, resume=True), nothing)
    with pytest.raises(TrainingError, match="holds a run"):
        train(own, session(data, out), nothing)
    (data / "a.bmp").unlink()
    with pytest.raises(TrainingError, match="photographs are not those"):
        train(None, session(data, out, resume=True, steps=5), nothing)


def test_a_run_goes_on_from_a_checkpoint(data: Path, tmp_path: Path, recipe: Recipes) -> None:
    own, first = recipe(**SMALL), tmp_path / "first"
    train(own, session(data, first, steps=2), nothing)
    made = first / "model.safetensors"
    more = recipe(**SMALL | {"model": {}, "start": str(made)})
    assert initial_net(more).config == own.model_config()
    train(more, session(data, tmp_path / "more", steps=1), nothing)
    with pytest.raises(CheckpointError, match="is not of preset base"):
        initial_net(recipe(start=str(made)))


def test_impossible_sessions_are_refused(data: Path, tmp_path: Path, recipe: Recipes) -> None:
    own, out = recipe(**SMALL), tmp_path / "run"
    (tmp_path / "file").touch()
    cases: list[tuple[type[SshrError], Recipe | None, dict[str, Any]]] = [
        (UsageError, None, {}),
        (UsageError, own, {"devices": 0}),
        (DeviceError, own, {"device": "tpu"}),
        (TrainingError, own, {"resume": True}),
        (TrainingError, own, {"data": tmp_path / "missing"}),
        (TrainingError, own, {"out": tmp_path / "file" / "run"}),
        (CheckpointError, own, {"alexnet": tmp_path / "missing.safetensors"}),
    ]
    for error, chosen, changes in cases:
        with pytest.raises(error):
            train(chosen, session(data, out, **changes), nothing)
    assert not out.exists()
    out.mkdir()
    (out / "last.ckpt").write_bytes(b"foreign")
    with pytest.raises(TrainingError, match="cannot be resumed"):
        train(None, session(data, out, resume=True), nothing)


def test_alexnet_is_the_packaged_one_or_a_file(tmp_path: Path, recipe: Recipes) -> None:
    packaged = load_model("base", "cpu").net.features.state_dict()
    net = initial_net(recipe())
    assert all(torch.equal(net.features.state_dict()[k], packaged[k]) for k in packaged)
    assert not any(p.requires_grad for p in net.features.parameters())
    numbers = {"conv1": 0, "conv2": 3, "conv3": 6, "conv4": 8, "conv5": 10}
    source = AlexNetFeatures().state_dict()
    tensors = {}
    for name, value in source.items():
        layer, kind = name.split(".")
        tensors[f"features.{numbers[layer]}.{kind}"] = value
    save_file(tensors, tmp_path / "alexnet.safetensors")
    features = AlexNetFeatures()
    load_alexnet(features, tmp_path / "alexnet.safetensors")
    for name, value in source.items():
        assert torch.equal(features.state_dict()[name], value.half().float())
    save_file({"x": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match="holds no AlexNet weights"):
        load_alexnet(features, tmp_path / "other.safetensors")
