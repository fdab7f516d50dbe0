"""The recipes of the paper's ablation: one budget, each the full network without one part."""

import dataclasses
from importlib.resources import files
from pathlib import Path

import yaml

from sshr.network.config import PaperConfig, config_from_dict, config_to_dict
from sshr.training.recipe_file import load_recipe

FOLDER = Path(str(files("sshr.training") / "recipes" / "ablation"))
CHANGES = {
    "full": {},
    "no-pm": {"diffusion_term": False},
    "no-wavelet": {"transform": "unshuffle:2"},
    "no-repconv": {"reparameterised": False},
    "no-cigm": {"guided": False},
}


def test_rows_differ_by_the_part_taken_out_alone() -> None:
    recipes = {path.stem: yaml.safe_load(path.read_text()) for path in FOLDER.glob("*.yaml")}
    assert set(recipes) == set(CHANGES)
    for name, recipe in recipes.items():
        changes = recipe.pop("model", {})
        assert changes == CHANGES[name]
        assert config_from_dict(config_to_dict(PaperConfig()) | changes) != (
            PaperConfig() if changes else None
        )
        assert recipe == recipes["full"]
    assert recipes["full"]["preset"] == "paper"
    assert recipes["full"]["data"] == {"crop": 64, "batch": 4}


def test_every_row_of_base_is_a_network_of_its_own() -> None:
    paths = sorted((FOLDER / "base").glob("*.yaml"))
    recipes = {path.stem: load_recipe(str(path)) for path in paths}
    assert recipes["no-estimator"].model_config().estimator.kind == "none"
    configs = [recipe.model_config() for recipe in recipes.values()]
    assert all(configs.count(config) == 1 for config in configs)
    plain = [dataclasses.replace(recipe, model={}) for recipe in recipes.values()]
    assert all(recipe == recipes["full"] for recipe in plain)
