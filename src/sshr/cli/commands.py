"""The commands put together."""

from typing import Annotated

import typer

from sshr import __version__
from sshr.cli.app import app as app_command
from sshr.cli.conceal import make_conceal
from sshr.cli.evaluate import evaluate
from sshr.cli.export import export
from sshr.cli.groups import grouped
from sshr.cli.inspect import inspect
from sshr.cli.keygen import key, keygen
from sshr.cli.models import models
from sshr.cli.reference import fingerprint, reference
from sshr.cli.reveal import reveal
from sshr.cli.train import train


def make_app() -> typer.Typer:
    """The `sshr` command, with the options of the transports that there are now."""
    app = typer.Typer(
        add_completion=True,
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Conceal a secret in a new picture that looks like a shared reference, and reveal it.",
    )
    commands = (grouped(make_conceal()), reveal, inspect, fingerprint, reference)
    for command in (*commands, keygen, key, app_command, models, train, export, evaluate):
        app.command()(command)
    app.callback()(root)
    return app


def _version(value: bool) -> None:
    if value:
        print(f"sshr {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Conceal a secret in a new picture that looks like a shared reference, and reveal it."""
