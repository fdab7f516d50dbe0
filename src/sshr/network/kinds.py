"""The kinds of network that a checkpoint or a recipe may name: one table.

A further kind is a file that says what `NetworkKind` asks for, and a line in `KINDS`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sshr.network.config import MEASURED, PRESETS, ModelConfig
from sshr.network.rivals.config import RIVALS, RivalConfig
from sshr.network.strict import one_of, read

if TYPE_CHECKING:
    from sshr.network.hiding import HidingNet

DEFAULT = "sshr"
"""The kind of a configuration that does not say which."""


class NetworkConfig(Protocol):
    """What every kind's configuration tells, a frozen dataclass whose entries have defaults."""

    @property
    def key_dim(self) -> int:
        """Numbers of an RSRK key, a multiple of four."""

    @property
    def scale_count(self) -> int:
        """Numbers that travel with each tile."""

    @property
    def uses_mix(self) -> bool:
        """Conceal and reveal need a keyed mix."""

    @property
    def shapes_rounding(self) -> bool:
        """What rounding adds to a stego is known, so channel `shaped` can be trained through."""

    @property
    def losses(self) -> tuple[str, ...]:
        """What it can be trained with: `own` (its authors'), `paper` (eq. 19-21), `rate`."""


@dataclass(frozen=True)
class NetworkKind:
    """One kind of network.

    Attributes:
        config: its dataclass; an instance by default is a valid one.
        build: makes the network of a configuration.
        presets: configurations by name, for recipes.
        measured: tensors of a checkpoint that are not parameters.
    """

    config: Callable[[], NetworkConfig]
    build: Callable[[Any], "HidingNet"]
    presets: Mapping[str, NetworkConfig]
    measured: frozenset[str] = frozenset()


def _sshr() -> NetworkKind:
    def build_net(config: ModelConfig) -> "HidingNet":
        from sshr.network.model import SshrNet

        return SshrNet(config)

    return NetworkKind(ModelConfig, build_net, PRESETS, MEASURED)


def _rival() -> NetworkKind:
    def build_net(config: RivalConfig) -> "HidingNet":
        from sshr.network.rivals.table import build_rival

        return build_rival(config)

    return NetworkKind(RivalConfig, build_net, RIVALS)


KINDS: dict[str, Callable[[], NetworkKind]] = {
    DEFAULT: _sshr,
    "rival": _rival,
}
"""By the name that a configuration has as its entry `kind`. Each is made when it is needed:
whoever reads the facts of a checkpoint does without torch, which a kind's file may import."""


def kind_named(name: Any) -> NetworkKind:
    """A kind of the table.

    Raises:
        ValueError: unknown.
    """
    one_of(list(KINDS), kind=name)
    return KINDS[name]()


def kind_name(config: NetworkConfig) -> str:
    """The name of the kind that this is a configuration of."""
    return next(name for name in KINDS if kind_named(name).config is type(config))


def build(config: NetworkConfig) -> "HidingNet":
    """A freshly initialised network of this configuration."""
    return kind_named(kind_name(config)).build(config)


def presets() -> dict[str, NetworkConfig]:
    """The configurations of all kinds that have a name."""
    return {name: preset for kind in KINDS for name, preset in kind_named(kind).presets.items()}


def config_to_dict(config: NetworkConfig) -> dict[str, Any]:
    """JSON-ready form; the default kind needs no entry `kind`."""
    values = dataclasses.asdict(config)  # type: ignore[call-overload]
    name = kind_name(config)
    return values if name == DEFAULT else {"kind": name, **values}


def config_from_dict(values: Any) -> NetworkConfig:
    """Inverse of `config_to_dict`, strict.

    Raises:
        ValueError: unknown or missing entries, values of another type or out of range.
    """
    if not isinstance(values, dict):
        raise ValueError(f"{values!r} is not a configuration")
    values = dict(values)
    kind = kind_named(values.pop("kind", DEFAULT))
    return read(kind.config(), values, whole=True)
