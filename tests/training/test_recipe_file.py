"""Recipe files: strict, complete, and every error names the file and the key."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from sshr.errors import RecipeError
from sshr.network.config import PRESETS, PrintedConfig
from sshr.training.recipe import Recipe
from sshr.training.recipe_file import load_recipe, recipe_from_dict, save_recipe

FOLDER = Path(str(files("sshr.training") / "recipes"))


def test_every_packaged_recipe_can_be_read() -> None:
    paths = sorted(FOLDER.rglob("*.yaml"))
    assert {path.stem for path in paths} > set(PRESETS)
    for path in paths:
        recipe = load_recipe(str(path))
        assert recipe.model_config().shapes_rounding or recipe.channel.kind != "shaped"
        assert load_recipe(path.relative_to(FOLDER).with_suffix("").as_posix()) == recipe


def test_a_recipe_survives_its_file(tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "preset": "paper",
        "model": {"start": "zero", "printed": {"steps": 2, "diffusion": {"filters": 12}}},
        "loss": {"kind": "paper", "norm": "l2", "weights": [1, 0.5]},
        "channel": {"kind": "float", "float_share": 0.5},
        "data": {"cache": False, "limit": 7},
        "seed": 9,
    }
    recipe = recipe_from_dict(values, "test")
    config = recipe.model_config()
    assert (config.start, config.printed.steps, config.printed.diffusion.filters) == ("zero", 2, 12)
    assert config.printed.diffusion.key_hidden == PrintedConfig().diffusion.key_hidden
    assert config.exact == PRESETS["paper"].exact
    save_recipe(recipe, tmp_path / "kept.yaml")
    assert load_recipe(str(tmp_path / "kept.yaml")) == recipe


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("los: {}", "los: unknown; known: preset, model,"),
        ("loss: {knd: rate}", "loss.knd: unknown; known: kind,"),
        ("loss: rate", "loss: 'rate' is not a group"),
        ("loss: {kind: l1}", "loss.kind: 'l1' is not one of own, paper, rate"),
        ("loss: {norm: l3}", "loss.norm: 'l3'"),
        ("loss: {weights: [1]}", "loss.weights: [1] is not a list of 2 entries"),
        ("loss: {weights: [-1, 1]}", "loss.weights: [-1.0, 1.0] must not"),
        ("loss: {wrong_key: 0.5}", "loss.wrong_key: unknown"),
        ("loss: {target_psnr: 9}", "loss.target_psnr: 9.0 is outside"),
        ("seed: x", "seed: 'x' is not of type int"),
        ("seed: true", "seed: True is not of type int"),
        ("seed: -1", "seed: -1 is outside"),
        ("schedule: {steps: 1.5}", "schedule.steps: 1.5 is not of type int"),
        ("schedule: {steps: 0}", "schedule.steps: 0 is not above 0"),
        ("schedule: {minutes: -2}", "schedule.minutes: -2.0 is not above 0"),
        ("optimiser: {rate: .nan}", "optimiser.rate: nan is not of type float"),
        ("optimiser: {rate: .inf}", "optimiser.rate: inf is not above 0"),
        ("optimiser: {average: 1}", "optimiser.average: 1.0 is outside"),
        ("data: {crop: 72}", "data.crop: 72 is not a multiple of 16"),
        ("data: {crop: 48}", "data.crop: 48 is not a multiple of 16"),
        ("data: {batch: 0}", "data.batch: 0 is not above 0"),
        ("data: {cache: 1}", "data.cache: 1 is not of type bool"),
        ("channel: {kind: jpeg}", "channel.kind: 'jpeg' is not one of float, png, shaped"),
        ("channel: {float_share: 2}", "channel.float_share: 2.0 is outside"),
        ("safety: {skips: 0}", "safety.skips: 0 is not above 0"),
        ("report: {log_every: 0}", "report.log_every: 0 is not above 0"),
        ("preset: big", "preset: 'big' is not one of base, paper"),
        ("model: {filters: 3}", "model.filters: unknown; known:"),
        ("model: {kind: paper}", "model.kind: unknown"),
        ("model: {exact: {depth: 3}}", "model.exact.depth: unknown"),
        ("model: {exact: {companding: 3}}", "model.exact.companding: 3 is not a group"),
        (
            "model: {mixing: many}",
            "model.mixing: 'many' is not of type float",
        ),
        ("model: {mixing: 0.5}", "model.mixing: 0.5 is outside [0.9, 1]"),
        ("model: {exact: {rings: 0}}", "model.exact.rings: 0 is not above 0"),
        ("start: base\nmodel: {mixing: 0.95}", "model: has no effect with start"),
        ("model: {start: zero}", "channel.kind: shaped is not for this network"),
        ("seed: 1\nseed: 2", "seed: stands twice"),
        ("[1, 2]", "Recipe: [1, 2] is not a group"),
        ("seed: [1", "is not valid YAML"),
        ("? [1, 2]\n: 3", "is not valid YAML"),
        ("a: !!python/object:os.system {}", "is not valid YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(RecipeError) as caught:
        load_recipe(str(path))
    message = str(caught.value)
    assert message.startswith(f"{path}: {said}"), message
    assert "\n" not in message
    assert caught.value.exit_code == 11


@pytest.mark.parametrize("name", ["bas", "base.json", "", "mine.yaml"])
def test_unknown_recipes_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecipeError, match=r"unknown recipe|cannot read it"):
        load_recipe(str(tmp_path / name) if name.endswith("yaml") else name)


def test_numbers_may_be_written_with_an_exponent(tmp_path: Path) -> None:
    for text, value in (("1e-3", 1e-3), ("2.5E-4", 2.5e-4), (".5", 0.5), ("1", 1.0)):
        (tmp_path / "a.yml").write_text(f"optimiser: {{rate: {text}}}")
        assert load_recipe(str(tmp_path / "a.yml")).optimiser.rate == value


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    assert load_recipe(str(tmp_path / "empty.yaml")) == Recipe()
