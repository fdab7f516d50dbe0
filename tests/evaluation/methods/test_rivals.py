"""Rivals as methods: their weights, their names, pictures of any size, the same every time."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from sshr.errors import CheckpointError
from sshr.evaluation.methods.rivals import rival
from sshr.evaluation.methods.table import METHODS
from sshr.network.kinds import build
from sshr.network.rivals.config import SYSTEMS, RivalConfig
from sshr.zoo.checkpoint import save_checkpoint

KEY = bytes(32)
ROOT = Path(__file__).parents[3]
RESULTS = ROOT / "docs" / "results"
COMMITTED = sorted((ROOT / "src" / "sshr" / "evaluation" / "weights").glob("*.safetensors"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A checkpoint that `sshr train` might have left for UDH."""
    path = tmp_path_factory.mktemp("runs") / "udh-first" / "model.safetensors"
    path.parent.mkdir()
    torch.manual_seed(1)
    digest = save_checkpoint(build(RivalConfig("udh")), path)
    return path, digest


def test_every_rival_is_a_method():
    assert set(SYSTEMS) < set(METHODS)


def test_a_run_makes_a_method_that_repeats(made):
    path, digest = made
    entry = METHODS["udh"](str(path), "cpu")
    assert (entry.name, entry.identity) == ("udh:first", digest[:8].hex())
    random = np.random.default_rng(1)
    secret, reference = random.integers(0, 256, (2, 1, 48, 80, 3), dtype=np.uint8)
    stego = entry.method.conceal(secret, reference, KEY)
    assert stego.shape == reference.shape
    assert 0 < np.abs(stego - reference).max() <= 10 + 1e-3
    assert np.array_equal(entry.method.conceal(secret, reference, bytes(31)), stego)
    for given in (stego, stego.round().clip(0, 255).astype(np.uint8)):
        revealed = entry.method.reveal(given, reference, KEY)
        assert revealed.shape == secret.shape
        assert 0 <= revealed.min() <= revealed.max() <= 255
        assert np.array_equal(entry.method.reveal(given, reference[:, ::-1], KEY), revealed)


def test_weights_of_another_system_or_of_a_preset_are_refused(made):
    with pytest.raises(CheckpointError, match="holds no network of hinet"):
        rival("hinet", str(made[0]), "cpu")
    with pytest.raises(CheckpointError, match="not a readable checkpoint"):
        rival("udh", "missing.safetensors", "cpu")


def test_weights_that_are_not_there_say_how_they_are_made():
    said = (
        "udh-float: weights needed: sshr train --recipe rivals/udh-float --out RUN ..., "
        "then --method udh:RUN/model.safetensors"
    )
    with pytest.raises(CheckpointError) as caught:
        rival("udh", "float", "cpu")
    assert str(caught.value) == said
    with pytest.raises(CheckpointError, match=r"udh-none: .* no recipe makes them"):
        rival("udh", "none", "cpu")


@pytest.mark.parametrize(
    "name", ["baluja", "baluja:float", "hidden", "hinet", "hinet:float", "isn"]
)
def test_committed_weights_are_those_that_were_trained_and_measured(name):
    recipe, (system, _, version) = name.replace(":", "-"), name.partition(":")
    assert recipe in {path.stem for path in COMMITTED}
    entry = rival(system, version, "cpu")
    assert entry.name == name
    (run,) = [one for one in told("rivals")["runs"] if one["recipe"] == recipe]
    (row,) = [one for one in told("kodak24-rivals")["methods"] if one["name"] == name]
    assert run["digest"].startswith(entry.identity)
    assert row["identity"] == entry.identity


def told(name):
    return json.loads((RESULTS / f"{name}.json").read_text())
