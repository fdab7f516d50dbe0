"""A rival is trained by the same command as ours, resumed, gone on from, and evaluated."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from sshr.errors import CheckpointError, TrainingError
from sshr.evaluation.methods.rivals import rival
from sshr.training.recipe import Recipe
from sshr.training.runner import TrainingSession, train
from sshr.training.start import initial_net
from sshr.zoo.checkpoint import load_checkpoint, load_network

OWN: dict[str, Any] = {
    "preset": "hidden",
    "loss": {"kind": "own"},
    "channel": {"kind": "png"},
    "data": {"batch": 1},
    "report": {"log_every": 1},
    "optimiser": {"average": 0.0},
}


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_rivals_run_ends_as_a_method(
    folder: Path, tmp_path: Path, recipe: Callable[..., Recipe]
) -> None:
    own, said = recipe(**OWN, schedule={"steps": 2}), []
    session = TrainingSession(folder, tmp_path / "run", device="cpu", steps=1)
    train(own, session, said.append)
    ended = train(own, TrainingSession(folder, tmp_path / "run", True, "cpu"), said.append)
    assert (ended.step, ended.steps) == (2, 2)
    entry = rival("hidden", str(ended.model), "cpu")
    assert entry.name == "hidden:run"
    pictures = np.random.default_rng(1).integers(0, 256, (2, 1, 32, 48, 3), dtype=np.uint8)
    stego = entry.method.conceal(pictures[0], pictures[1], b"")
    assert entry.method.reveal(stego, pictures[1], b"").shape == stego.shape == (1, 32, 48, 3)
    # Transports refuse it; a run goes on from it.
    with pytest.raises(CheckpointError, match="holds the network of another method"):
        load_checkpoint(ended.model, torch.device("cpu"))
    started = recipe(
        preset="hidden", start=str(ended.model), channel={"kind": "png"}, loss=OWN["loss"]
    )
    weights = load_network(ended.model, torch.device("cpu"))[0].state_dict()
    net = initial_net(started)
    assert all(torch.equal(value, weights[name]) for name, value in net.state_dict().items())
    assert all(p.requires_grad for p in net.parameters())
    with pytest.raises(TrainingError, match="was begun with another recipe"):
        train(
            recipe(**OWN | {"loss": {"kind": "rate"}}),
            TrainingSession(folder, tmp_path / "run", True, "cpu"),
            said.append,
        )


def test_a_rival_takes_no_alexnet(tmp_path: Path, recipe: Callable[..., Recipe]) -> None:
    save_file({"x": torch.zeros(1)}, tmp_path / "alexnet.safetensors")
    with pytest.raises(CheckpointError, match="takes no AlexNet weights"):
        initial_net(recipe(**OWN), tmp_path / "alexnet.safetensors")
