"""Recipes from YAML, read strictly: an unknown key or another type is an error that names it."""

import dataclasses
import re
import types
import typing
from importlib.resources import files
from pathlib import Path
from typing import Any

from sshr.errors import RecipeError
from sshr.files.names import reason, shown
from sshr.network.config import PRESETS
from sshr.training.recipe import Recipe

SUFFIXES = (".yaml", ".yml")
_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$")


def load_recipe(name: str) -> Recipe:
    """A packaged recipe by name, or one by the path of its YAML file.

    Raises:
        RecipeError: unknown, unreadable or wrong; one line with the file and the key.
    """
    if name in PRESETS:
        text = (files("sshr.training") / "recipes" / f"{name}.yaml").read_text("utf-8")
    elif Path(name).suffix in SUFFIXES:
        try:
            text = Path(name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(f"{shown(name)}: cannot read it ({reason(error)})") from None
    else:
        raise RecipeError(
            f"unknown recipe '{shown(name)}': use {', '.join(PRESETS)} or the path of a .yaml file"
        )
    return recipe_from_dict(_parse(text, shown(name)), shown(name))


def recipe_from_dict(values: Any, name: str) -> Recipe:
    """Inverse of `Recipe.as_dict`; missing keys take their defaults.

    Raises:
        RecipeError: see `load_recipe`; `name` says where the values come from.
    """
    try:
        recipe: Recipe = _read(Recipe, {} if values is None else values, "")
    except ValueError as error:
        raise RecipeError(f"{name}: {error}") from None
    return recipe


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


def _read(cls: Any, values: Any, where: str) -> Any:
    """An instance of the dataclass `cls`; errors name the dotted key."""
    if not isinstance(values, dict):
        raise ValueError(f"{where or 'recipe'}: {values!r} is not a group of entries")
    hints = typing.get_type_hints(cls)
    read: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{where}.{name}" if where else str(name)
        if name not in hints:
            raise ValueError(f"{key}: unknown; known: {', '.join(hints)}")
        hint = hints[name]
        read[name] = (
            _read(hint, value, key) if dataclasses.is_dataclass(hint) else _value(hint, value, key)
        )
    try:
        return cls(**read)
    except ValueError as error:
        raise ValueError(f"{where}.{error}" if where else str(error)) from None


def _value(hint: Any, value: Any, key: str) -> Any:
    """`value` as the type `hint`: bool, int, float, str, dict, pairs of floats, or None."""
    if isinstance(hint, types.UnionType):
        if value is None:
            return None
        hint = next(part for part in hint.__args__ if part is not type(None))
    if typing.get_origin(hint) is tuple:
        parts = typing.get_args(hint)
        if not isinstance(value, list) or len(value) != len(parts):
            raise ValueError(f"{key}: {value!r} is not a list of {len(parts)} numbers")
        return tuple(_value(part, entry, key) for part, entry in zip(parts, value, strict=True))
    if typing.get_origin(hint) is dict:
        hint = dict
    if hint is float and type(value) is int:
        value = float(value)
    if type(value) is not hint or value != value:
        raise ValueError(f"{key}: {value!r} is not of type {hint.__name__}")
    return value
