"""The options of all transports as options of a command."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pytest

from sshr.cli.transport_options import chosen_options, flag, given_options, transport_group
from sshr.errors import UsageError
from sshr.transports.table import TRANSPORTS

ANALOG, SEALED = TRANSPORTS["analog"], TRANSPORTS["sealed"]


@dataclass(frozen=True)
class RadioOptions:
    """Shares an option with the sealed transport and has one of its own."""

    noise: str = field(default="hiss", metadata={"help": "hiss or hum"})
    long_wave: bool = field(default=False, metadata={"help": "far"})
    power: int | None = field(default=None, metadata={"help": "watts"})
    band: Literal["a", "b"] = field(default="a", metadata={"help": "a or b"})


class Radio:
    name = "radio"
    options = RadioOptions


@pytest.fixture
def radio(monkeypatch: pytest.MonkeyPatch) -> Any:
    own = Radio()
    monkeypatch.setitem(TRANSPORTS, "radio", own)  # type: ignore[arg-type]
    return own


def told(group: type) -> dict[str, tuple[type, str]]:
    """Type and help of each option."""
    found = {}
    for one in dataclasses.fields(group):
        kind, option = get_args(one.type)
        assert option.default == flag(one.name)  # where typer keeps a first name
        found[one.name] = next(each for each in get_args(kind) if each is not type(None))
        found[one.name] = found[one.name], option.help
    return found


def test_every_option_of_every_transport_is_there() -> None:
    group = transport_group()
    every = {one.name for each in TRANSPORTS.values() for one in dataclasses.fields(each.options)}
    assert {one.name for one in dataclasses.fields(group)} == every
    assert given_options(group()) == {}


def test_shared_option_tells_of_both_transports(radio: Any) -> None:
    found = told(transport_group())
    kind, words = found["noise"]
    assert kind is str
    assert words == "Sealed: uniform, texture, adaptive or camera. Radio: hiss or hum."
    assert found["long_wave"] == (bool, "Radio: far.")
    assert found["power"][0] is int
    assert found["band"][0] is str
    assert found["stego_psnr"][0] is float


def test_only_what_was_given_is_taken() -> None:
    group = transport_group()
    assert given_options(group(ecc=True, noise="uniform")) == {"ecc": True, "noise": "uniform"}
    options = chosen_options(SEALED, group(ecc=True, quality="40"))
    assert (options.ecc, options.quality, options.noise) == (True, "40", "adaptive")
    assert chosen_options(ANALOG, group()) == ANALOG.options()


def test_foreign_option_is_refused_with_its_owners(radio: Any) -> None:
    group = transport_group()
    with pytest.raises(UsageError, match="--fit belongs to the analog transport, not to sealed"):
        chosen_options(SEALED, group(fit="cover"))
    words = "--noise belongs to the sealed and radio transport, not to analog: leave it out, "
    with pytest.raises(UsageError, match=f"{words}or add --transport sealed"):
        chosen_options(ANALOG, group(noise="uniform"))
    assert chosen_options(radio, group(noise="hum", long_wave=True)) == RadioOptions("hum", True)


def test_value_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="noise 'loud' is not one of"):
        chosen_options(SEALED, transport_group()(noise="loud"))


def test_flags_are_typed_with_hyphens() -> None:
    assert (flag("stego_psnr"), flag("ecc")) == ("--stego-psnr", "--ecc")
