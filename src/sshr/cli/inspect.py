"""`sshr inspect`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sshr.cli.options import Json, NoPassphrase, PassphraseFile, Reference
from sshr.cli.printing import print_json


def inspect(
    stego: Annotated[Path, typer.Argument(help="The file that was received.")],
    reference: Reference,
    passphrase_file: PassphraseFile = None,
    no_passphrase: NoPassphrase = False,
    as_json: Json = False,
) -> None:
    """Say what STEGO holds, or why it cannot be read.

    Example: sshr inspect stego.png --reference garden.png
    """
    from sshr.cli.passphrase import keys_for
    from sshr.imaging.reading import read_image

    seen, shared = read_image(stego), read_image(reference)
    keys = keys_for(passphrase_file, no_passphrase, confirm=False)
    from sshr.pipeline.inspect import inspect as run

    facts = run(seen, shared, keys).as_dict()
    if as_json:
        print_json(facts)
        return
    table = Table("entry", "value")
    for name, value in facts.items():
        if value is not None:
            table.add_row(name.replace("_", " "), str(value))
    Console().print(table)
