"""References from prompts, on a tiny random pipeline where diffusers is installed."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tests.evaluation.methods.conftest import save_pipeline

from sshr.evaluation.pair_lists import read_pairs
from sshr.imaging.reading import read_image
from sshr.imaging.writing import write_image

Start = Callable[..., int]
HAS_DIFFUSERS = find_spec("diffusers") is not None and find_spec("transformers") is not None


def unistega(folder: Path) -> Path:
    """A list of two pictures of 64 px."""
    rows = []
    for number in range(2):
        name = f"{number}.png"
        picture = np.random.default_rng(number).integers(0, 256, (64, 64, 3), np.uint8)
        write_image(folder / name, picture)
        rows.append({"image_path": name, "source_caption": "a cat", "target_caption": "a lake"})
    (folder / "list.json").write_text(json.dumps(rows))
    return folder / "list.json"


def test_what_does_not_fit_together_is_refused(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--data", tmp_path, "--pipeline", tmp_path)
    listed = unistega(tmp_path)
    for more, message in (
        (("--out", tmp_path.parent / "refs"), "must lie below"),
        (("--out", tmp_path / "refs", "--controls", tmp_path), "go together"),
    ):
        assert start("unistega", listed, *words, *more) == 2
        assert message in capsys.readouterr().err
    listed.write_text(json.dumps([["0.png", "1.png"]]))
    assert start("unistega", listed, *words, "--out", tmp_path / "refs") == 2
    assert "has no prompts" in capsys.readouterr().err


@pytest.mark.skipif(not HAS_DIFFUSERS, reason="extra `rivals` is not installed")
def test_a_password_gives_the_same_references_with_and_without_a_map(
    start: Start, tmp_path: Path
) -> None:
    from diffusers import ControlNetModel, StableDiffusionPipeline

    held = tmp_path / "held"
    held.mkdir()
    save_pipeline(held)
    unet = StableDiffusionPipeline.from_pretrained(str(held)).unet
    ControlNetModel.from_unet(unet).save_pretrained(tmp_path / "control")
    listed, found = unistega(tmp_path), {}
    control = ("--controlnet", tmp_path / "control", "--controls", tmp_path)
    for name, more in (
        ("one", ()),
        ("same", ()),
        ("other", ("--password", 7)),
        ("map", control),
    ):
        words = ("--data", tmp_path, "--pipeline", held, "--out", tmp_path / name)
        assert start("unistega", listed, *words, *more) == 0
        found[name] = read_image(tmp_path / name / "0.png").rgb
    assert found["one"].shape == (64, 64, 3)
    assert np.array_equal(found["one"], found["same"])
    assert not np.array_equal(found["one"], found["other"])
    assert not np.array_equal(found["one"], found["map"])
    pairs = read_pairs(tmp_path / "one" / "pairs.json")
    assert [(secret, reference) for secret, reference, _ in pairs] == [
        ("0.png", "one/0.png"),
        ("1.png", "one/1.png"),
    ]
    assert pairs[0][2] is not None
    assert pairs[0][2].public == "a lake"
