"""The named presets: each name builds exactly its network from the weights in the package."""

import copy
import dataclasses
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import sshr
from sshr.errors import CheckpointError, DeviceError
from sshr.inference.closed_form import ClosedForm
from sshr.network import config
from sshr.network.mix import random_mix
from sshr.zoo import registry
from sshr.zoo.presets import PRESETS
from sshr.zoo.registry import load_model, open_model, pick_device
from sshr.zoo.tiles import load_tiles


def weights(name: str) -> Path:
    return Path(str(files("sshr.zoo") / "weights" / f"{name}.safetensors"))


def test_each_name_builds_exactly_its_network() -> None:
    assert set(config.PRESETS) == set(PRESETS)
    for name, built in config.PRESETS.items():
        net = load_model(name, "cpu").net
        assert net.config == built
        assert net.uses_mix == (name == "base")


@pytest.mark.parametrize("name", ["base", "paper"])
def test_packaged_weights(name: str) -> None:
    assert weights(name).stat().st_size < 16e6
    loaded = load_model(name, "cpu")
    assert loaded is load_model(name, "cpu")  # read once
    assert not loaded.net.training
    state = loaded.net.state_dict().values()
    assert all(bool(torch.isfinite(value.float()).all()) for value in state)
    # AlexNet's features are the pretrained ones: random ones have no such filters.
    first = loaded.net.features.conv1.weight
    assert float(first.abs().max()) > 0.3


@torch.no_grad()
@pytest.mark.parametrize("name", ["base", "paper"])
def test_fusing_keeps_what_a_packaged_network_does(name: str) -> None:
    net = load_model(name, "cpu").net
    fused = copy.deepcopy(net)
    fused.fuse()
    generator = torch.Generator().manual_seed(1)
    secret, reference = torch.rand(2, 1, 3, 64, 64, generator=generator)
    k_sym = 0.5 * torch.randn(1, net.config.key_dim, generator=generator)
    sizes = net.group_sizes((64, 64))
    mix = random_mix(sizes, generator, secret.device) if net.uses_mix else None
    stego, scales = net.conceal(secret, reference, k_sym, mix)
    again, _ = fused.conceal(secret, reference, k_sym, mix)
    assert float((again - stego).abs().max()) < 4e-4  # a tenth of a level
    revealed = net.reveal(stego, reference, k_sym, scales, mix)
    again = fused.reveal(stego, reference, k_sym, scales, mix)
    assert float((again - revealed).abs().max()) < 2e-3


def test_digests_name_the_presets() -> None:
    assert len({load_model(name, "cpu").digest for name in PRESETS}) == 2


def test_a_network_is_opened_by_its_digest() -> None:
    for name in PRESETS:
        loaded = load_model(name, "cpu")
        assert open_model(load_tiles(name)) is open_model(loaded) is loaded
    unknown = dataclasses.replace(load_model("base", "cpu"), digest=bytes(32))
    assert open_model(unknown) is unknown
    graphs = load_tiles("base")
    assert isinstance(graphs, ClosedForm)
    foreign = ClosedForm(SimpleNamespace(digest=bytes(32)), graphs.model)  # type: ignore[arg-type]
    with pytest.raises(CheckpointError, match="name its checkpoint instead"):
        open_model(foreign)


def test_a_checkpoint_by_path() -> None:
    by_path = load_model(str(weights("paper")), "cpu")
    assert not by_path.net.uses_mix
    assert by_path.digest == load_model("paper", "cpu").digest


@pytest.mark.parametrize("name", ["Base", "", "other", "base.pt", "/etc/passwd"])
def test_unknown_presets_are_refused(name: str) -> None:
    with pytest.raises(CheckpointError, match="unknown preset") as caught:
        load_model(name, "cpu")
    assert "base, paper" in str(caught.value)


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="not a readable checkpoint"):
        load_model(str(tmp_path / "missing.safetensors"), "cpu")


def test_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry.torch.cuda, "is_available", lambda: False)
    assert pick_device("cpu") == pick_device("auto") == torch.device("cpu")
    with pytest.raises(DeviceError, match="no CUDA device; use cpu") as caught:
        pick_device("cuda")
    assert caught.value.exit_code == 10
    monkeypatch.setattr(registry.torch.cuda, "is_available", lambda: True)
    assert pick_device("cuda") == pick_device("auto") == torch.device("cuda")
    assert pick_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["", "gpu", "CUDA", "cuda:0"])
def test_unknown_devices_are_refused(name: str) -> None:
    with pytest.raises(DeviceError, match="use auto, cpu or cuda"):
        pick_device(name)


def test_a_model_is_loaded_once_however_it_is_asked_for() -> None:
    first = sshr.load_model("base")
    assert sshr.load_model("base", "auto") is first
    assert sshr.load_model(preset="base", device="auto") is first
    if not torch.cuda.is_available():
        assert sshr.load_model("base", "cpu") is first
    assert sshr.load_model("paper") is not first
