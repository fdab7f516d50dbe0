"""A passphrase comes from a file, the environment or a hidden prompt; never an argument."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from sshr.cli.streams import read_input
from sshr.errors import UsageError
from sshr.files.names import reason, shown
from sshr.files.text import MAX_BYTES, decode_text, read_text

VARIABLE = "SSHR_PASSPHRASE"
KEY_VARIABLE = "SSHR_KEY_PASSPHRASE"
STREAM_NAME = "-"
"""As the name of a passphrase's file: standard input."""


@dataclass(frozen=True)
class Source:
    """Where one passphrase comes from.

    Attributes:
        what: names it in messages, "a passphrase".
        prompt: what a terminal asks.
        variable: of the environment.
        options: what the command line offers, for the message where there is no terminal.
    """

    what: str
    prompt: str
    variable: str
    options: tuple[str, ...]

    def read(self, file: Path | None, confirm: bool) -> bytes:
        """The passphrase as bytes: from the file, else the variable, else the prompt.

        Args:
            file: one line break at its end, and a byte order mark at its beginning, are not part of
                the passphrase; `-` is standard input.
            confirm: ask twice.

        Raises:
            UsageError: an unreadable file, an empty passphrase, nobody to ask.
        """
        from sshr.crypto.keys import passphrase_bytes

        word = passphrase_bytes(self._text(file, confirm))
        if not word:
            raise UsageError(f"the passphrase is empty ({self.what} is needed)")
        return word

    def _text(self, file: Path | None, confirm: bool) -> str:
        if file:
            try:
                if str(file) == STREAM_NAME:
                    text = decode_text(read_input(MAX_BYTES))
                else:
                    text = read_text(file)
            except (OSError, ValueError) as error:
                raise UsageError(f"{shown(file)}: cannot read it ({reason(error)})") from None
            return text.removesuffix("\n").removesuffix("\r")
        if self.variable in os.environ:
            return os.environ[self.variable]
        if not sys.stdin.isatty():
            first, *others = self.options
            ways = ", ".join((first, f"the variable {self.variable}", *others[:-1]))
            ways += f", or {others[-1]}" if others else ""
            raise UsageError(f"{self.what} is needed: use {ways}")
        typed: str = typer.prompt(
            self.prompt, hide_input=True, confirmation_prompt=confirm, err=True
        )
        return typed


SECRETS = Source(
    "a passphrase",
    "Passphrase",
    VARIABLE,
    ("--passphrase-file (- is standard input)", "a key (--to, --identity)", "--no-passphrase"),
)


def key_source(name: Path) -> Source:
    """Of the passphrase that protects a private key."""
    what = f"the passphrase of {shown(name)}"
    return Source(what, f"Passphrase of {shown(name)}", KEY_VARIABLE, ("--key-passphrase-file",))
