"""Runs with their files: resumed ones give the same curve, and every refusal is one line."""

import csv
import dataclasses
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from toy_network import ToyConfig, add_toy

from sshr.crypto.session import Session
from sshr.errors import CheckpointError, DeviceError, SshrError, TrainingError, UsageError
from sshr.training import objective
from sshr.training.recipe import Recipe
from sshr.training.runner import TrainingSession, train
from sshr.training.start import initial_net
from sshr.transports.analog.engine import Engine
from sshr.zoo.checkpoint import load_checkpoint
from sshr.zoo.facts import read_facts

SMALL: dict[str, Any] = {
    "preset": "paper",
    "model": {
        "key_dim": 16,
        "exact": {"block": 8, "rings": 8, "companding": {"width": 8}},
    },
    "data": {"batch": 1, "start_crops": 8},
    "schedule": {"steps": 8},
    "report": {"log_every": 1, "save_every": 3},
}
PRINTED: dict[str, Any] = SMALL | {
    "model": {
        "start": "zero",
        "key_dim": 16,
        "printed": {
            "steps": 1,
            "diffusion": {"filters": 12, "key_hidden": 8},
            "reaction": {"width": 8, "heads": 2},
        },
    },
    "loss": {"kind": "paper"},
    "channel": {"kind": "png"},
}
Recipes = Callable[..., Recipe]


class Killed(Exception):
    """Ends a run where it stands, as a kill does."""


def curve(out: Path) -> list[list[str]]:
    """The log without its columns of time."""
    with (out / "log.csv").open(newline="") as file:
        return [[row[0], *row[2:10]] for row in csv.reader(file)]


def session(folder: Path, run: Path, **changes: Any) -> TrainingSession:
    return dataclasses.replace(TrainingSession(folder, run, device="cpu", workers=0), **changes)


def killer(step: int) -> Callable[[str], None]:
    def say(line: str) -> None:
        if line.startswith(f"step {step},"):
            raise Killed

    return say


def nothing(line: str) -> None:
    """Says nothing."""


@pytest.mark.parametrize(("values", "workers"), [(SMALL, 1), (PRINTED, 0)])
def test_a_killed_run_resumes_to_the_same_curve(
    folder: Path, tmp_path: Path, recipe: Recipes, values: dict[str, Any], workers: int
) -> None:
    own = recipe(**values)
    ended = train(own, session(folder, tmp_path / "whole"), nothing)
    assert (ended.step, ended.steps, ended.signal) == (8, 8, None)
    out = tmp_path / "killed"
    for step in (2, 5):
        with pytest.raises(Killed):
            train(own, session(folder, out, resume=step > 2), killer(step))
    assert len(curve(out)) == 1 + 5
    ended = train(None, session(folder, out, resume=True, workers=workers), nothing)
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
    done = train(None, session(folder, out, resume=True), nothing)  # nothing is left to do
    assert done.step == 8
    assert curve(out) == curve(tmp_path / "whole")


def test_bad_steps_survive_a_resume(
    folder: Path, tmp_path: Path, recipe: Recipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, calls = objective.rate_controlled_loss, [0]

    def broken(*arguments: Any) -> Tensor:
        calls[0] += 1
        return original(*arguments) * (float("nan") if calls[0] in (3, 4) else 1.0)

    monkeypatch.setattr(objective, "rate_controlled_loss", broken)
    own = recipe(**SMALL, safety={"skips": 2, "snapshot_every": 1})
    said: list[str] = []
    train(own, session(folder, tmp_path / "whole"), said.append)
    trouble = [line for line in said if "loss nan" in line]
    assert trouble[0].endswith("skipped (1 so far)")
    assert trouble[1].endswith("back to the last good weights, rate x0.3")
    calls[0] = 0
    out = tmp_path / "killed"
    with pytest.raises(Killed):
        train(own, session(folder, out), killer(4))
    calls[0] = 3  # of the checkpoint after step 3
    train(None, session(folder, out, resume=True), nothing)
    assert curve(out) == curve(tmp_path / "whole")
    assert curve(out)[-1][-2:] == ["2", "1"]


def test_a_time_limit_and_a_signal_end_a_session_after_its_step(
    folder: Path, tmp_path: Path, recipe: Recipes
) -> None:
    own, out = recipe(**SMALL), tmp_path / "run"
    ended = train(own, session(folder, out, max_seconds=1e-9), nothing)
    assert (ended.step, ended.signal) == (1, None)

    def interrupt(line: str) -> None:
        if line.startswith("step 3,"):
            signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    ended = train(own, session(folder, out, resume=True), interrupt)
    assert (ended.step, ended.signal) == (3, signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before
    assert torch.load(out / "last.ckpt", weights_only=True)["sshr"]["step"] == 3
    assert load_checkpoint(out / "model.safetensors", torch.device("cpu")).net.config


def test_a_resumed_run_may_be_longer_but_not_another(
    folder: Path, tmp_path: Path, recipe: Recipes
) -> None:
    own, out = recipe(**SMALL), tmp_path / "run"
    train(own, session(folder, out, steps=2), nothing)
    assert train(None, session(folder, out, resume=True, steps=3), nothing).step == 3
    other = dataclasses.replace(own, seed=5)
    with pytest.raises(TrainingError, match=r"begun with another recipe \(seed\)"):
        train(other, session(folder, out, resume=True), nothing)
    with pytest.raises(TrainingError, match="holds a run"):
        train(own, session(folder, out), nothing)
    (folder / "a.bmp").unlink()
    with pytest.raises(TrainingError, match="photographs are not those"):
        train(None, session(folder, out, resume=True, steps=5), nothing)


def test_a_new_run_begins_with_the_linear_start(
    folder: Path, tmp_path: Path, recipe: Recipes
) -> None:
    own = recipe(**SMALL)
    train(own, session(folder, tmp_path / "run", steps=1), nothing)
    body = load_checkpoint(tmp_path / "run" / "model.safetensors", torch.device("cpu")).net.body
    fresh = initial_net(own).body
    assert not torch.equal(body.groups, fresh.groups)
    assert int(body.groups[0]) == 0
    assert float(body.log_noise.min()) < -1
    # One step changes the gains a little.
    assert 0 < float((body.log_gain - body.start).abs().max()) < 0.01


def test_impossible_sessions_are_refused(folder: Path, tmp_path: Path, recipe: Recipes) -> None:
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
            train(chosen, session(folder, out, **changes), nothing)
    assert not out.exists()
    out.mkdir()
    (out / "last.ckpt").write_bytes(b"foreign")
    with pytest.raises(TrainingError, match="cannot be resumed"):
        train(None, session(folder, out, resume=True), nothing)


def test_a_further_kind_of_network_trains_conceals_and_reveals(
    folder: Path, tmp_path: Path, recipe: Recipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a line in the table and nothing else."""
    add_toy(monkeypatch)
    changes = {"preset": "toy", "model": {"share": 0.5}, "channel": {"kind": "png"}}
    own = recipe(**(SMALL | changes), optimiser={"rate": 1e-2})
    ended = train(own, session(folder, tmp_path / "run", steps=2), nothing)
    assert ended.step == 2
    assert read_facts(str(ended.model)).scale_count == 0
    loaded = load_checkpoint(ended.model, torch.device("cpu"))
    assert loaded.net.config == ToyConfig(share=0.5)
    share = float(loaded.net.body.share)
    assert 0.4 < share < 0.5  # the stego was too unlike its reference
    engine, key = Engine(loaded), Session(bytes(32))
    secret, reference = np.full((2, 80, 64, 3), 100, np.uint8)
    reference[:40] = 180
    k_sym = engine.rsrk_symmetric(engine.rsrk_public(secret), reference)
    made = engine.conceal(secret, reference, k_sym, key)
    stego = made.rounder.round()
    assert np.abs(stego[:40] - (180 - 80 * share)).max() < 1.5
    revealed = engine.reveal(stego, reference, k_sym, made.scales, key)
    assert np.abs(revealed.astype(int) - secret).max() <= 2
    assert engine.model.net.group_sizes((80, 64)) == []
    # And a run goes on from it, but not as one of another kind.
    assert initial_net(recipe(preset="toy", start=str(ended.model), channel={"kind": "png"}))
    with pytest.raises(CheckpointError, match="is not of preset paper"):
        initial_net(recipe(preset="paper", start=str(ended.model)))
