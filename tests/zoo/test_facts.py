"""What a checkpoint's header says, without its weights: as the loaded network has it."""

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from sshr.errors import CheckpointError
from sshr.inference.rsrk import key_bytes
from sshr.network.model import SshrNet
from sshr.zoo import facts as module
from sshr.zoo.checkpoint import save_checkpoint
from sshr.zoo.facts import FIGURES, preset_of, read_facts, read_scores, summaries
from sshr.zoo.presets import PRESETS
from sshr.zoo.registry import load_model

WEIGHTS = Path(str(files("sshr.zoo") / "weights"))
SETS = {"kodak24": {"pairs": 24, **dict.fromkeys(FIGURES, 1.0)}}


def test_facts_of_a_file_are_those_of_its_network(net: SshrNet, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    digest = save_checkpoint(net, path)
    facts = read_facts(str(path))
    assert facts.checkpoint == digest[:8]
    assert facts.key_bytes == key_bytes(net.config.key_dim) == 4
    assert facts.scale_count == net.scale_count
    assert facts.parameters == net.parameter_count()
    assert facts.file_bytes == path.stat().st_size
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
    for change in ({"digest": "xy"}, {"config": "{"}, {"config": "{}"}, {"config": "[" * 10**5}):
        save_file({}, path, told | change)
        with pytest.raises(CheckpointError, match="not a readable checkpoint"):
            read_facts(str(path))


def test_reading_facts_does_without_torch() -> None:
    script = (
        "import json, sys; from sshr.zoo.facts import preset_of, read_facts, summaries; "
        "facts = read_facts('base'); found = [facts.scale_count, preset_of(facts.checkpoint)]; "
        "found += [len(summaries())]; json.dump(['torch' in sys.modules, *found], sys.stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [False, 20, "base", 2]


def test_a_checkpoint_names_its_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PRESETS:
        assert preset_of(load_model(name, "cpu").digest[:8]) == name
    assert preset_of(bytes(8)) is None

    def missing(preset: str) -> None:
        raise CheckpointError(f"{preset}: missing")

    monkeypatch.setattr(module, "read_facts", missing)
    assert preset_of(load_model("base", "cpu").digest[:8]) is None


def test_scores_are_those_of_the_named_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "base.json"
    assert read_scores(path, "aa") is None
    path.write_text(json.dumps({"checkpoint": "aa", "sets": SETS}))
    assert read_scores(path, "aa") == SETS
    assert read_scores(path, "ab") is None


def test_packaged_scores_are_complete() -> None:
    recorded = list(WEIGHTS.glob("*.json"))
    assert recorded
    for path in recorded:
        told = json.loads(path.read_text())
        assert path.stem in PRESETS
        assert (told["crop"], told["channel"]) == (256, "png")
        assert len(bytes.fromhex(told["checkpoint"])) == 8
        for scores in told["sets"].values():
            assert set(scores) == {"pairs", *FIGURES}
            both = scores["stego_psnr"] + scores["revealed_psnr"]
            assert scores["sum"] == pytest.approx(both, abs=2e-4)


def test_summaries_describe_the_packaged_files() -> None:
    rows = {row["name"]: row for row in summaries()}
    assert list(rows) == list(PRESETS)
    for name, row in rows.items():
        loaded, path = load_model(name, "cpu"), WEIGHTS / f"{name}.safetensors"
        assert row["bytes"] == path.stat().st_size
        assert row["parameters"] == loaded.net.parameter_count()
        assert row["checkpoint"] == loaded.digest[:8].hex()
        assert row["purpose"] == PRESETS[name]
        assert row["scores"] == read_scores(path.with_suffix(".json"), row["checkpoint"])
