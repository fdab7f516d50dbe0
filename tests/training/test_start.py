"""Where training starts: weights by seed or from a checkpoint, AlexNet's features, the fit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from sshr.errors import CheckpointError
from sshr.network.model import SshrNet
from sshr.network.rsrk import AlexNetFeatures
from sshr.training.average import learned
from sshr.training.recipe import Recipe
from sshr.training.start import initial_net, load_alexnet
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.registry import load_model

MODEL: dict[str, Any] = {"key_dim": 16, "exact": {"block": 8, "rings": 8}}


def test_a_seed_is_one_network(recipe: Callable[..., Recipe]) -> None:
    nets = [initial_net(recipe(model=MODEL, seed=seed)) for seed in (1, 1, 2)]
    states = [net.state_dict() for net in nets]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert not torch.equal(nets[0].keys.w_secret.weight, nets[2].keys.w_secret.weight)
    assert nets[0].training
    assert learned(nets[0])


def test_a_run_goes_on_from_a_checkpoint(
    tmp_path: Path, recipe: Callable[..., Recipe], crops_of: Callable[..., Tensor]
) -> None:
    own, path = recipe(preset="paper", model=MODEL), tmp_path / "first.safetensors"
    net = initial_net(own)
    net.keys.whiten(torch.rand(80, 256))
    net.body.fit(crops_of(8))
    save_checkpoint(net, path)
    more = initial_net(recipe(preset="paper", start=str(path)))
    assert more.config == own.model_config()
    assert learned(more)
    assert torch.equal(more.body.groups, net.body.groups)
    # The network that was read stays as it is.
    with torch.no_grad():
        more.body.log_gain.add_(1)
    again = initial_net(recipe(preset="paper", start=str(path)))
    assert torch.allclose(again.body.log_gain, net.body.log_gain, atol=1e-2)
    with pytest.raises(CheckpointError, match="is not of preset base"):
        initial_net(recipe(start=str(path)))


def test_the_linear_start_fits_keys_and_body(
    base_net: SshrNet, crops_of: Callable[..., Tensor]
) -> None:
    before = {name: value.clone() for name, value in base_net.state_dict().items()}
    base_net.keys.whiten(torch.rand(80, 256))
    base_net.body.fit(crops_of(8))
    after = base_net.state_dict()
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert {"keys.mean", "keys.white", "body.groups", "body.log_noise"} < changed
    assert not any(name.startswith(("features.", "keys.private")) for name in changed)


def test_alexnet_is_the_packaged_one_or_a_file(
    tmp_path: Path, recipe: Callable[..., Recipe]
) -> None:
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
