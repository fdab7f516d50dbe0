"""`sshr export`: graphs of a checkpoint that was just made, and what cannot be exported."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from sshr.errors import CheckpointError, OutputError
from sshr.inference.closed_form import ClosedForm
from sshr.inference.keyed_mix import no_mix
from sshr.network.config import CompandingConfig, ExactConfig, ModelConfig
from sshr.network.model import SshrNet
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.export import export_checkpoint
from sshr.zoo.facts import read_facts
from sshr.zoo.loaded import LoadedModel
from sshr.zoo.registry import load_model


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a small closed form, its gates open."""
    torch.manual_seed(0)
    part = CompandingConfig(width=8)
    net = SshrNet(
        ModelConfig(key_dim=16, exact=ExactConfig(block=4, rings=6, companding=part, mixed=True))
    )
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if "narrow" in name:
                parameter.add_(0.1 * torch.randn(parameter.shape))
    path = tmp_path_factory.mktemp("small") / "model.safetensors"
    save_checkpoint(net, path)
    return path


@pytest.fixture(scope="module")
def exported(small: Path) -> Path:
    export_checkpoint(small, small.parent / "graphs")
    return small.parent / "graphs"


def test_an_exported_network_does_what_the_checkpoint_does(small: Path, exported: Path) -> None:
    light, heavy = ClosedForm.load(exported), load_model(str(small), "cpu")
    assert light.digest == heavy.digest
    assert isinstance(heavy, LoadedModel)
    rng = np.random.default_rng(0)
    secret, reference = rng.integers(0, 256, (2, 64, 80, 3), np.uint8)
    thumbnail = rng.random((3, 256, 256), np.float32)
    public = light.rsrk_public(thumbnail)
    assert public == heavy.rsrk_public(thumbnail)
    k_sym = light.rsrk_symmetric(public, thumbnail)
    mix = no_mix(sum(light.group_sizes((64, 80))))
    one, two = (net.conceal(secret, reference, k_sym, mix) for net in (light, heavy))
    assert np.abs(one.levels - two.levels).max() < 0.05
    for net in (light, heavy):
        found = net.reveal(one.levels, reference, k_sym, one.scales, mix)
        assert np.abs(found - secret).max() < 0.5


def test_facts_of_an_exported_folder_are_the_checkpoints(small: Path, exported: Path) -> None:
    own, told = read_facts(str(exported)), read_facts(str(small))
    assert own.checkpoint == told.checkpoint
    assert own.config == told.config
    assert own.parameters == told.parameters
    assert own.file_bytes > 0


def test_files_speak_of_the_network_alone(exported: Path) -> None:
    for path in exported.iterdir():
        model = onnx.load(path)
        assert not model.doc_string
        assert not any(node.metadata_props or node.doc_string for node in model.graph.node)
        assert b"site-packages" not in path.read_bytes()


def test_files_are_not_replaced_unasked(small: Path, exported: Path) -> None:
    before = (exported / "rsrk.onnx").read_bytes()
    with pytest.raises(OutputError, match=r"rsrk\.onnx already; use --force"):
        export_checkpoint(small, exported)
    assert (exported / "rsrk.onnx").read_bytes() == before


def test_other_networks_are_refused(net: SshrNet, tmp_path: Path) -> None:
    """Steps as printed, and a strength that is learned."""
    save_checkpoint(net, tmp_path / "net.safetensors")
    with pytest.raises(CheckpointError, match="closed form"):
        export_checkpoint(tmp_path / "net.safetensors", tmp_path / "graphs")
    assert not (tmp_path / "graphs").exists()
    with pytest.raises(CheckpointError, match="not a readable checkpoint"):
        export_checkpoint(tmp_path / "missing.safetensors", tmp_path / "graphs")
