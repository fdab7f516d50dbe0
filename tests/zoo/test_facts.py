"""What a checkpoint's header says, without its weights: as the loaded network has it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from sshr.errors import CheckpointError
from sshr.network.model import SshrNet
from sshr.network.rsrk import key_bytes
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.facts import read_facts
from sshr.zoo.registry import PRESETS, load_model


def test_facts_of_a_file_are_those_of_its_network(net: SshrNet, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    digest = save_checkpoint(net, path)
    facts = read_facts(str(path))
    assert facts.checkpoint == digest[:8]
    assert facts.key_bytes == key_bytes(net.config.key_dim) == 4
    assert facts.scale_count == net.scale_count
    assert facts.scores is None  # nobody has measured it


@pytest.mark.parametrize("name", PRESETS)
def test_facts_of_a_preset(name: str) -> None:
    facts, loaded = read_facts(name), load_model(name, "cpu")
    assert facts.checkpoint == loaded.digest[:8]
    assert facts.key_bytes == 64
    assert facts.scale_count == loaded.net.scale_count == (20 if name == "base" else 1)


def test_foreign_and_missing_files_are_refused(net: SshrNet, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    with pytest.raises(CheckpointError, match="not a readable checkpoint"):
        read_facts(str(path))
    with pytest.raises(CheckpointError, match="unknown preset"):
        read_facts("other")
    save_file({}, path)
    with pytest.raises(CheckpointError, match="not a readable checkpoint"):
        read_facts(str(path))
    save_checkpoint(net, path)
    with safe_open(path, "np") as file:
        told = file.metadata()
    for change in ({"digest": "xy"}, {"config": "{"}, {"config": "{}"}):
        save_file({}, path, told | change)
        with pytest.raises(CheckpointError, match="not a readable checkpoint"):
            read_facts(str(path))


def test_reading_facts_does_without_torch() -> None:
    script = (
        "import json, sys; from sshr.zoo.facts import read_facts; "
        "json.dump(['torch' in sys.modules, read_facts('base').scale_count], sys.stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    assert json.loads(done.stdout) == [False, 20]
