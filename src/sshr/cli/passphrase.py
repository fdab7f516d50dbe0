"""The passphrase comes from a file, the environment or a hidden prompt; never an argument."""

import os
import sys
from pathlib import Path

import typer

from sshr.crypto.keys import Keys, passphrase_bytes
from sshr.errors import UsageError
from sshr.imaging.names import reason, shown
from sshr.imaging.textfiles import read_text

VARIABLE = "SSHR_PASSPHRASE"
WITHOUT = (
    "no passphrase: whoever holds the reference photograph and this program can reveal the secret"
)


def keys_for(file: Path | None, without: bool, confirm: bool) -> Keys:
    """The keys that the options, the environment or the user give.

    Args:
        file: of the passphrase; one line break at its end is not part of it.
        without: the reference alone; says on stderr what that means.
        confirm: ask twice.

    Raises:
        UsageError: contradicting options, an unreadable file, an empty passphrase, nobody to ask.
    """
    if without:
        if file:
            raise UsageError("--no-passphrase and --passphrase-file contradict each other")
        print(f"sshr: {WITHOUT}", file=sys.stderr)
        return Keys()
    return Keys(passphrase=passphrase_bytes(_text(file, confirm)))


def _text(file: Path | None, confirm: bool) -> str:
    if file:
        try:
            text = read_text(file)
        except (OSError, ValueError) as error:
            raise UsageError(f"{shown(file)}: cannot read it ({reason(error)})") from None
        return text.removesuffix("\n").removesuffix("\r")
    if VARIABLE in os.environ:
        return os.environ[VARIABLE]
    if not sys.stdin.isatty():
        raise UsageError(
            f"a passphrase is needed: use --passphrase-file, the variable {VARIABLE}, "
            "or --no-passphrase"
        )
    typed: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True)
    return typed
