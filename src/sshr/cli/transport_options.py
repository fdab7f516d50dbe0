"""The options of all transports as options of a command, made from their option classes."""

import dataclasses
from typing import Annotated, Any, get_type_hints

import typer

from sshr.errors import UsageError
from sshr.transports.protocol import Transport, implied_options, make_options, option_names
from sshr.transports.table import TRANSPORTS


def transport_group() -> type:
    """A dataclass with a field for every option of any transport; None where it is not given."""
    found: dict[str, tuple[type, str]] = {}
    for transport in TRANSPORTS.values():
        hints = get_type_hints(transport.options)
        for one in dataclasses.fields(transport.options):
            told = f"{transport.name.capitalize()}: {one.metadata.get('help', '')}"
            if one.name in found:
                told = f"{found[one.name][1]} {told}"
            found[one.name] = _plain(hints[one.name]), f"{told.rstrip('. ')}."
    own = [(name, _annotated(name, kind, told), None) for name, (kind, told) in found.items()]
    return dataclasses.make_dataclass("TransportGroup", own, frozen=True)


def given_options(group: Any) -> dict[str, Any]:
    """Those that were given, by name."""
    every = {one.name: getattr(group, one.name) for one in dataclasses.fields(group)}
    return {name: value for name, value in every.items() if value is not None}


def chosen_options(transport: Transport, group: Any, output: str | None = None) -> Any:
    """The transport's own options, as they are given or the output's name implies them.

    Raises:
        UsageError: one is given that only other transports have, or makes no sense.
    """
    given, own = given_options(group), option_names(transport)
    for name in given:
        if name not in own:
            owners = [each.name for each in TRANSPORTS.values() if name in option_names(each)]
            raise UsageError(
                f"{flag(name)} belongs to the {' and '.join(owners)} transport, not to "
                f"{transport.name}: leave it out, or add --transport {owners[0]}"
            )
    implied = {} if output is None else implied_options(transport, output)
    return make_options(transport, implied | given)


def flag(name: str) -> str:
    """An option as it is typed."""
    return "--" + name.replace("_", "-")


def _plain(kind: Any) -> type:
    """What typer is to make of a word on the command line; the option class refuses the rest."""
    for simple in (bool, int, float):
        if kind in (simple, simple | None):
            return simple
    return str


def _annotated(name: str, kind: type, told: str) -> Any:
    return Annotated[kind | None, typer.Option(flag(name), help=told)]
