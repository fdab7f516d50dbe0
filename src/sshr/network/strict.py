"""Plain data of a file read strictly into dataclasses, and the checks of their ranges.

Errors are one line that begins with the dotted name of the entry.
"""

import dataclasses
import math
import types
import typing
from typing import Any, TypeVar

T = TypeVar("T")


def above(low: float, **values: float) -> None:
    """Refuse what is not above `low` or not finite."""
    for name, value in values.items():
        if not low < value < math.inf:
            raise ValueError(f"{name}: {value} is not above {low:g}")


def within(low: float, high: float, **values: float) -> None:
    """Refuse what is outside [low, high]."""
    for name, value in values.items():
        if not low <= value <= high:
            raise ValueError(f"{name}: {value} is outside [{low:g}, {high:g}]")


def one_of(known: typing.Iterable[Any], **values: Any) -> None:
    """Refuse what is not known."""
    for name, value in values.items():
        if value not in known:
            raise ValueError(f"{name}: {value!r} is not one of {', '.join(map(str, known))}")


def read(base: T, values: Any, where: str = "", whole: bool = False) -> T:
    """A copy of the dataclass instance `base` with the entries of `values`, group by group.

    Args:
        where: dotted name of the group, for errors.
        whole: every entry must be given.

    Raises:
        ValueError: an entry that is unknown, missing, of another type or out of range.
    """
    if not isinstance(values, dict):
        raise ValueError(f"{where or type(base).__name__}: {values!r} is not a group of entries")
    hints = typing.get_type_hints(type(base))
    dot = f"{where}." if where else ""
    for name in hints if whole else ():
        if name not in values:
            raise ValueError(f"{dot}{name}: missing")
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name not in hints:
            raise ValueError(f"{dot}{name}: unknown; known: {', '.join(hints)}")
        if dataclasses.is_dataclass(hints[name]):
            found[name] = read(getattr(base, name), value, f"{dot}{name}", whole)
        else:
            found[name] = _value(hints[name], value, f"{dot}{name}")
    try:
        return dataclasses.replace(base, **found)  # type: ignore[type-var]
    except ValueError as error:
        raise ValueError(f"{dot}{error}") from None


def _value(hint: Any, value: Any, key: str) -> Any:
    """`value` as the type `hint`: bool, int, float, str, dict, tuples of them, or None."""
    if isinstance(hint, types.UnionType):
        if value is None:
            return None
        hint = next(part for part in hint.__args__ if part is not type(None))
    if typing.get_origin(hint) is tuple:
        parts = typing.get_args(hint)
        if not isinstance(value, list) or len(value) != len(parts):
            raise ValueError(f"{key}: {value!r} is not a list of {len(parts)} entries")
        return tuple(_value(part, entry, key) for part, entry in zip(parts, value, strict=True))
    hint = typing.get_origin(hint) or hint
    if hint is float and type(value) is int:
        value = float(value)
    if type(value) is not hint or value != value:
        raise ValueError(f"{key}: {value!r} is not of type {hint.__name__}")
    return value
