"""The packaged graphs belong to their checkpoints; others are refused in words."""

import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

import sshr
from sshr.errors import CheckpointError
from sshr.inference.graphs import COMPAND, KEYS, PARTS, Constants, Graphs
from sshr.network.companding import Companding
from sshr.zoo.presets import PRESETS

WEIGHTS = Path(str(files("sshr.zoo") / "weights"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WEIGHTS / "base", tmp_path / "mine"))


@pytest.mark.parametrize("preset", PRESETS)
def test_packaged_graphs_belong_to_their_checkpoint(preset: str) -> None:
    found = sorted(path.name for path in (WEIGHTS / preset).iterdir())
    assert found == sorted(f"{part}.onnx" for part in PARTS)
    assert sum(path.stat().st_size for path in (WEIGHTS / preset).iterdir()) < 16e6
    loaded = sshr.load_model(preset, "cpu")
    graphs = Graphs(WEIGHTS / preset)
    assert graphs.digest == loaded.digest
    assert graphs.read_config() == loaded.net.config
    for part in PARTS:
        told = onnx.load(WEIGHTS / preset / f"{part}.onnx").metadata_props
        assert {"format", "digest", "part"} <= {one.key for one in told}
        assert next(one.value for one in told if one.key == "digest") == loaded.digest.hex()


@pytest.mark.parametrize("preset", PRESETS)
def test_companding_is_the_checkpoints(preset: str) -> None:
    import torch

    graphs, net = Graphs(WEIGHTS / preset), sshr.load_model(preset, "cpu").net
    step = net.body.companding
    assert isinstance(step, Companding)
    for rows, columns in ((4, 4), (20, 20), (5, 13)):
        tokens = np.random.default_rng(rows).normal(0, 0.1, (768, rows, columns))
        tokens = tokens.astype(np.float32)
        with torch.inference_mode():
            expected = step(step(torch.from_numpy(tokens)[None]))[0].numpy()
        sent = graphs.compand(tokens)
        assert np.abs(sent - expected).max() < 1e-4
        assert np.abs(graphs.expand(sent) - tokens).max() < 1e-4


def test_constants_come_back() -> None:
    made = Constants(
        *(np.array([0, 1]), [0.5, 0.5], np.array([-1.0]), np.array([0.0]), np.array([0.25])),
        np.zeros(0, np.int64),
    )
    again = Constants.from_dict(made.to_dict())
    assert again.to_dict() == made.to_dict()


def _changed(path: Path, **told: str) -> None:
    model = onnx.load(path)
    props = {one.key: one.value for one in model.metadata_props} | told
    del model.metadata_props[:]
    helper.set_model_props(model, props)
    path.write_bytes(model.SerializeToString())


def test_foreign_and_altered_files_are_refused(folder: Path) -> None:
    whole = (folder / f"{COMPAND}.onnx").read_bytes()
    for data in (b"", b"nothing", whole[:1000], whole[100:]):
        (folder / f"{COMPAND}.onnx").write_bytes(data)
        with pytest.raises(CheckpointError, match="not a readable graph"):
            Graphs(folder)
    for told, words in (
        ({"format": "another-1"}, "is not of this checkpoint"),
        ({"part": "expand"}, "is not of this checkpoint"),
        ({"digest": "zz"}, "no exported checkpoint"),
        ({"constants": "{}"}, "no exported checkpoint"),
        ({"constants": "[1"}, "no exported checkpoint"),
        ({"parameters": "many"}, "no exported checkpoint"),
    ):
        (folder / f"{COMPAND}.onnx").write_bytes(whole)
        _changed(folder / f"{COMPAND}.onnx", **told)
        with pytest.raises(CheckpointError, match=words):
            Graphs(folder)
    for config, words in (("{}", "does not fit"), ("[", "does not fit"), ("3", "does not fit")):
        (folder / f"{COMPAND}.onnx").write_bytes(whole)
        _changed(folder / f"{COMPAND}.onnx", config=config)
        with pytest.raises(CheckpointError, match=words):
            Graphs(folder).read_config()


def test_graphs_of_two_checkpoints_are_not_mixed(folder: Path) -> None:
    shutil.copy(WEIGHTS / "paper" / f"{KEYS}.onnx", folder)
    with pytest.raises(CheckpointError, match=r"rsrk\.onnx is not of this checkpoint"):
        Graphs(folder).keys(np.zeros((3, 256, 256), np.float32))
    with pytest.raises(CheckpointError, match="not a readable graph"):
        Graphs(folder / "nowhere")
