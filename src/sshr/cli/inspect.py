"""`sshr inspect`."""

from pathlib import Path
from typing import Annotated

import typer

from sshr.cli.groups import grouped
from sshr.cli.keys import ReaderGroup
from sshr.cli.options import Json, Reference
from sshr.cli.printing import print_json


@grouped
def inspect(
    stego: Annotated[Path, typer.Argument(help="The file that was received.")],
    reference: Reference,
    keys: ReaderGroup,
    as_json: Json = False,
) -> None:
    """Say what STEGO holds, or why it cannot be read.

    Example: sshr inspect stego.png --reference garden.png
    """
    from sshr.header.fingerprint import fingerprint
    from sshr.imaging.reading import read_image, read_received
    from sshr.pipeline.inspect import inspect as run

    seen, shared = read_received(stego), read_image(reference)
    contents = run(seen, shared, keys.read())
    facts = contents.as_dict()
    facts["fingerprint"] = fingerprint(shared.rgb)
    if as_json:
        print_json(facts | keys.facts(contents.sender))
        return
    from rich.console import Console
    from rich.table import Table

    facts["sender"] = keys.words(contents.sender, contents.intact)
    table = Table("entry", "value")
    for name, value in facts.items():
        if value not in (None, ""):
            table.add_row(name.replace("_", " "), str(value))
    Console().print(table)
