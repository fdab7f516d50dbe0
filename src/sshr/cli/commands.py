"""The commands put together."""

from typing import Annotated

import typer

from sshr import __version__
from sshr.cli.conceal import conceal
from sshr.cli.evaluate import evaluate
from sshr.cli.fingerprint import fingerprint
from sshr.cli.inspect import inspect
from sshr.cli.keygen import key, keygen
from sshr.cli.models import models
from sshr.cli.reference import reference
from sshr.cli.reveal import reveal
from sshr.cli.train import train

app = typer.Typer(
    add_completion=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help="Conceal a picture in a new one that looks like a shared reference, and reveal it.",
)

COMMANDS = (
    *(conceal, reveal, inspect, fingerprint, reference),
    *(keygen, key, models, train, evaluate),
)

for command in COMMANDS:
    app.command()(command)


def _version(value: bool) -> None:
    if value:
        print(f"sshr {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Conceal a picture in a new one that looks like a shared reference, and reveal it."""
