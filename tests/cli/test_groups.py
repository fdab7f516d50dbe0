"""Groups of options: dataclasses whose fields become options of a command."""

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from sshr.cli.groups import grouped


@dataclass(frozen=True)
class Size:
    width: Annotated[int, typer.Option(help="How wide.")] = 3
    tall: Annotated[bool, typer.Option("--tall")] = False

    def __post_init__(self) -> None:
        if self.width < 0:
            raise ValueError("too narrow")


@dataclass(frozen=True)
class Colour:
    name: Annotated[str, typer.Option()]


seen: list[tuple[object, ...]] = []


@grouped
def paint(
    picture: Annotated[str, typer.Argument(help="A picture.")],
    size: Size,
    colour: Colour,
    again: Annotated[bool, typer.Option("--again")] = False,
) -> None:
    """Paint a picture."""
    seen.append((picture, size, colour, again))


def run(*arguments: str) -> int:
    app = typer.Typer()
    app.command()(paint)
    seen.clear()
    return CliRunner().invoke(app, list(arguments)).exit_code


def test_every_field_is_an_option() -> None:
    assert run("x.png", "--width", "5", "--tall", "--name", "red", "--again") == 0
    assert seen == [("x.png", Size(5, True), Colour("red"), True)]


def test_defaults_are_those_of_the_fields() -> None:
    assert run("x.png", "--name", "red") == 0
    assert seen == [("x.png", Size(), Colour("red"), False)]


def test_field_without_a_default_is_needed() -> None:
    assert run("x.png") == 2
    assert seen == []


def test_group_refuses_what_makes_no_sense() -> None:
    assert run("x.png", "--name", "red", "--width", "-1") == 1
    assert seen == []


def test_command_keeps_its_name_and_words() -> None:
    assert (paint.__name__, paint.__doc__) == ("paint", "Paint a picture.")
    parameters = inspect.signature(paint).parameters
    assert list(parameters) == ["picture", "width", "tall", "name", "again"]
    assert parameters["name"].default is inspect.Parameter.empty
    with pytest.raises(TypeError):
        paint("x.png")
