"""`sshr inspect`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sshr.cli.options import (
    AskPassphrase,
    Identity,
    Json,
    KeyPassphraseFile,
    NoPassphrase,
    PassphraseFile,
    Reference,
    Sender,
)
from sshr.cli.printing import print_json


def inspect(
    stego: Annotated[Path, typer.Argument(help="The file that was received.")],
    reference: Reference,
    passphrase_file: PassphraseFile = None,
    no_passphrase: NoPassphrase = False,
    identity: Identity = None,
    ask_passphrase: AskPassphrase = False,
    key_passphrase_file: KeyPassphraseFile = None,
    sender: Sender = None,
    as_json: Json = False,
) -> None:
    """Say what STEGO holds, or why it cannot be read.

    Example: sshr inspect stego.png --reference garden.png
    """
    from sshr.cli.keys import keys_for, sender_facts, signature_words
    from sshr.imaging.reading import read_image

    seen, shared = read_image(stego), read_image(reference)
    keys = keys_for(
        passphrase_file,
        no_passphrase,
        confirm=False,
        ask=ask_passphrase,
        identity=identity,
        sender=sender,
        key_passphrase_file=key_passphrase_file,
    )
    from sshr.header.fingerprint import fingerprint
    from sshr.pipeline.inspect import inspect as run

    contents = run(seen, shared, keys)
    facts = contents.as_dict()
    facts["fingerprint"] = fingerprint(shared.rgb)
    if as_json:
        print_json(facts | sender_facts(contents.sender, sender))
        return
    facts["sender"] = signature_words(contents.sender, sender, contents.intact)
    table = Table("entry", "value")
    for name, value in facts.items():
        if value is not None:
            table.add_row(name.replace("_", " "), str(value))
    Console().print(table)
