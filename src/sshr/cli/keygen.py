"""`sshr keygen` and `sshr key`."""

from pathlib import Path
from typing import Annotated

import typer

from sshr.cli.options import Json, KeyPassphraseFile
from sshr.cli.printing import print_json
from sshr.files.names import shown


def keygen(
    name: Annotated[str, typer.Argument(help="The files become NAME.key and NAME.pub.")],
    protect: Annotated[
        bool, typer.Option("--protect", help="Protect the private key by a passphrase.")
    ] = False,
    key_passphrase_file: KeyPassphraseFile = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing pair; the old one is lost.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a key pair: NAME.key to keep, NAME.pub to pass on.

    Example: sshr keygen mine --protect
    """
    from sshr.cli.passphrase import STREAM_NAME, key_source
    from sshr.crypto.keyfile import check_key_paths, key_paths, write_key_pair
    from sshr.errors import UsageError
    from sshr.pipeline.words import key_facts

    if name == STREAM_NAME:
        raise UsageError("a pair is two files, which - cannot stand for: give it a name")
    if key_passphrase_file and not protect:
        raise UsageError("--key-passphrase-file is of no use without --protect")
    check_key_paths(name, force)
    private, public = key_paths(name)
    word = key_source(private).read(key_passphrase_file, confirm=True) if protect else None
    key = write_key_pair(name, word, force)
    facts = {"private": str(private), "public": str(public), "protected": protect}
    if as_json:
        print_json(facts | key_facts(key))
        return
    print(f"{shown(private)} (keep it to yourself) and {shown(public)} (pass it on) written")
    _tell(key_facts(key))


def key(
    source: Annotated[str, typer.Argument(metavar="KEY", help="A key file or a line sshr1...")],
    key_passphrase_file: KeyPassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show public line and fingerprints of KEY, public or private.

    Example: sshr key friend.pub
    """
    from sshr.cli.keys import private_key
    from sshr.crypto.keyfile import is_private_file, read_public_key
    from sshr.pipeline.words import key_facts

    if is_private_file(source):
        facts = key_facts(private_key(Path(source), key_passphrase_file).public)
    else:
        facts = key_facts(read_public_key(source))
    if as_json:
        print_json(facts)
    else:
        _tell(facts)


def _tell(facts: dict[str, str | None]) -> None:
    for name, value in facts.items():
        print(f"{name.replace('_', ' ') + ':':13}{value or 'none (imported key)'}")
