"""What is uploaded to a model hub loads back, and says what it is."""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sshr
from sshr.zoo.facts import read_facts
from sshr.zoo.presets import PRESETS
from sshr.zoo.registry import load_model

SCRIPT = Path(__file__).parents[2] / "scripts" / "hub.py"


@pytest.fixture(scope="module")
def hub() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


@pytest.fixture(scope="module")
def out(hub: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub")
    assert [path.name for path in hub["write"](folder)] == list(PRESETS)
    return folder


@pytest.mark.parametrize("preset", PRESETS)
def test_the_weights_load_back_as_the_preset(out: Path, preset: str) -> None:
    loaded = load_model(str(out / preset / "model.safetensors"), "cpu")
    assert loaded.digest == load_model(preset, "cpu").digest


def test_the_folder_serves_as_a_preset(out: Path) -> None:
    shades = np.add.outer(np.arange(96), np.arange(96))[..., None] + np.array([20, 30, 40])
    picture, keys = (shades % 200 + 20).astype(np.uint8), sshr.Keys(reference_alone=True)
    stego = sshr.conceal(picture[::-1].copy(), picture, keys, preset=str(out / "base"))
    assert sshr.reveal(stego.image, picture, keys).intact
    assert sshr.inspect(stego.image, picture, keys).details["preset"] == "base"


@pytest.mark.parametrize("preset", PRESETS)
def test_the_configuration_is_that_of_the_weights(out: Path, preset: str) -> None:
    yaml = pytest.importorskip("yaml")
    told = json.loads((out / preset / "config.json").read_text("utf-8"))
    assert told["checkpoint"] == read_facts(preset).checkpoint.hex()
    assert told["config"]["exact"]["mixed"] is (preset == "base")
    _, fields, card = (out / preset / "README.md").read_text("utf-8").split("---\n", 2)
    read = yaml.safe_load(fields)
    assert (read["library_name"], read["summary"]) == ("sshr", PRESETS[preset])
    assert card.startswith(f"# Model card: {preset}")


def test_a_folder_is_not_written_twice(hub: dict[str, Any], out: Path) -> None:
    with pytest.raises(FileExistsError):
        hub["write"](out)
