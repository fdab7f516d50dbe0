"""Records, which are frozen dataclasses, as JSON and back."""

import dataclasses
import functools
import types
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(record: Any) -> Any:
    """Dataclasses become objects without the entries that are None; the rest stays as it is."""
    if dataclasses.is_dataclass(record):
        values = ((field.name, getattr(record, field.name)) for field in dataclasses.fields(record))
        return {name: to_json(value) for name, value in values if value is not None}
    if isinstance(record, dict):
        return {name: to_json(value) for name, value in record.items()}
    return [to_json(value) for value in record] if isinstance(record, list | tuple) else record


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """What `to_json` gave, without lists: the names of nested entries joined by dots."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        elif not isinstance(value, list):
            found[prefix + name] = value
    return found


def from_json(kind: type[T], value: Any) -> T:
    """The record that `to_json` made `value` of; entries that it does not know are passed over.

    A field that has been renamed names in its metadata what it was called (`old`).

    Raises:
        TypeError, ValueError, AttributeError: `value` is no such record.
    """
    found: T = _read(kind, value)
    return found


def _read(kind: Any, value: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        (kind,) = (one for one in inner if one is not types.NoneType)
        return None if value is None else _read(kind, value)
    if origin is dict:
        return {name: _read(inner[1], one) for name, one in value.items()}
    if origin is list:
        return [_read(inner[0], one) for one in value]
    if origin is tuple:
        kinds = inner[:1] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_read(one, part) for one, part in zip(kinds, value, strict=True))
    if dataclasses.is_dataclass(kind):
        make: Any = kind
        return make(**_fields(kind, value))
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _fields(kind: Any, values: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise TypeError(f"{values!r} is no {kind.__name__}")
    hints, given = _hints(kind), {}
    for field in dataclasses.fields(kind):
        names = (field.name, field.metadata.get("old"))
        for name in [name for name in names if name in values][:1]:
            given[field.name] = _read(hints[field.name], values[name])
    return given


_hints = functools.cache(get_type_hints)
