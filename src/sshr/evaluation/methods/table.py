"""What can be evaluated, by name: one table of methods."""

import importlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sshr.errors import SshrError, UsageError
from sshr.evaluation.methods.classical import classical
from sshr.evaluation.methods.lsb import lsb, matching
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.networks import ANALOG, LINEAR, analog, linear, preset
from sshr.evaluation.methods.transports import transport_method
from sshr.files.names import shown
from sshr.network.rivals.config import SYSTEMS
from sshr.transports.table import TRANSPORTS
from sshr.zoo.extras import require_torch

Factory = Callable[[str, str], MethodEntry]
"""From what stands behind the name's colon, and a device."""


def _cross(value: str, device: str) -> MethodEntry:
    require_torch("cross")
    from sshr.evaluation.methods.cross import cross

    return cross(value, device)


def _diffstega(value: str, device: str) -> MethodEntry:
    require_torch("diffstega")
    from sshr.evaluation.methods.diffstega import diffstega

    return diffstega(value, device)


def _rival(system: str, value: str, device: str) -> MethodEntry:
    require_torch(system)
    from sshr.evaluation.methods.rivals import rival

    return rival(system, value, device)


METHODS: dict[str, Factory] = {
    **{name: partial(transport_method, name) for name in TRANSPORTS},
    ANALOG: analog,
    LINEAR: linear,
    "classical": classical,
    "cross": _cross,
    "diffstega": _diffstega,
    "lsb": lsb,
    "lsb-matching": matching,
    **{system: partial(_rival, system) for system in SYSTEMS},
}


SYSTEMS_OF_TABLES = (
    *("lsb:4", "lsb-matching", "hidden", "baluja", "weng", "udh", "isn", "hinet"),
    *("cross", "diffstega"),
)
"""Of the paper's tables, all but the paper's own, which is preset `paper`."""

EVERY = "systems"
"""`--method systems`: all of them that can be made here."""


def find_all(
    presets: Sequence[str], others: Sequence[str], device: str
) -> tuple[list[MethodEntry], dict[str, str]]:
    """`find_methods`, and what stands for `systems`: those that can be made, and why not others.

    A system that is named itself, with weights or without, is taken as named.

    Raises:
        SshrError: of what is named itself, see `find_methods`.
    """
    named = [spec for spec in others if spec != EVERY]
    found, absent = find_methods(presets, named, device), {}
    taken = {spec.partition(":")[0] for spec in named}
    for spec in SYSTEMS_OF_TABLES if EVERY in others else ():
        if spec.partition(":")[0] not in taken:
            try:
                found += find_methods([], [spec], device)
            except SshrError as error:
                absent[spec] = str(error)
    return found, absent


def find_methods(presets: Sequence[str], others: Sequence[str], device: str) -> list[MethodEntry]:
    """Presets and checkpoints, then other methods: `NAME`, `NAME:VALUE`, `package.module:factory`.

    Raises:
        SshrError: one of its kinds; see `METHODS`, `preset` and `outside`.
    """
    found = [preset(name, device) for name in presets]
    for spec in others:
        name, _, value = spec.partition(":")
        found.append(METHODS[name](value, device) if name in METHODS else outside(spec))
    if len({entry.name for entry in found}) < len(found):
        raise UsageError("a method is named twice")
    return found


def outside(spec: str) -> MethodEntry:
    """The method that `package.module:factory` makes.

    Raises:
        UsageError: no such module or factory, or it makes something else.
    """
    module, _, factory = spec.partition(":")
    if not module or not factory:
        raise UsageError(
            f"--method {shown(spec)} is neither one of {', '.join(METHODS)} nor of the form "
            "package.module:factory"
        )
    try:
        make: Callable[[], Any] = getattr(importlib.import_module(module), factory)
        method = make()
        usable = all(callable(getattr(method, name, None)) for name in ("conceal", "reveal"))
    except SshrError:
        raise
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}"
        raise UsageError(f"--method {shown(spec)} cannot be made ({said})") from error
    if not usable:
        raise UsageError(f"--method {shown(spec)}: what it makes has no conceal and reveal")
    return MethodEntry(spec, method, spec)
