"""Recipes from YAML; an unknown key or another type is an error that names it."""

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from sshr.errors import RecipeError
from sshr.files.names import reason, shown
from sshr.files.text import read_text
from sshr.network.strict import read
from sshr.training.recipe import Recipe

SUFFIXES = (".yaml", ".yml")
_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")


def load_recipe(name: str) -> Recipe:
    """A packaged recipe by name, or one by the path of its YAML file.

    Raises:
        RecipeError: unknown, unreadable or wrong; one line with the file and the key.
    """
    packaged = dict(_packaged(files("sshr.training") / "recipes"))
    if name in packaged:
        text = packaged[name].read_text("utf-8")
    elif Path(name).suffix in SUFFIXES:
        try:
            text = read_text(Path(name))
        except (OSError, ValueError) as error:
            raise RecipeError(f"{shown(name)}: cannot read it ({reason(error)})") from None
    else:
        raise RecipeError(
            f"unknown recipe '{shown(name)}': use {', '.join(sorted(packaged))} "
            "or the path of a .yaml file"
        )
    return recipe_from_dict(_parse(text, shown(name)), shown(name))


def _packaged(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """Recipes by name, `base` or `rivals/hinet`."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _packaged(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + Path(entry.name).stem, entry


def recipe_from_dict(values: Any, name: str) -> Recipe:
    """Inverse of `Recipe.as_dict`; missing keys take their defaults.

    Raises:
        RecipeError: see `load_recipe`; `name` says where the values come from.
    """
    try:
        return read(Recipe(), {} if values is None else values)
    except ValueError as error:
        raise RecipeError(f"{name}: {error}") from None


def save_recipe(recipe: Recipe, path: Path) -> None:
    """Write every entry of `recipe` as YAML."""
    import yaml

    path.write_text(yaml.safe_dump(recipe.as_dict(), sort_keys=False), "utf-8")


def _parse(text: str, name: str) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """1e-3 is a number, and a key stands once."""

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            doubled = next((key for i, key in enumerate(keys) if key in keys[:i]), None)
            if doubled is not None:
                raise RecipeError(f"{name}: {doubled}: stands twice in one group")
            return super().construct_mapping(node, deep=deep)

    Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))
    try:
        return yaml.load(text, Loader)  # a SafeLoader: plain data only
    except (yaml.YAMLError, TypeError, ValueError) as error:
        line = " ".join(str(error).split())[:160]
        raise RecipeError(f"{name}: is not valid YAML ({line})") from None
