"""What `sshr conceal` is to conceal: a picture, a file or a text, some from standard input."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sshr.cli.streams import read_input
from sshr.errors import ImageError, UsageError
from sshr.transports.kind import Kind

if TYPE_CHECKING:
    from sshr.imaging.secret import AlphaChoice
    from sshr.transports.secret import Secret

STREAM = Path("-")
"""As the name of a file: standard input or output."""


@dataclass(frozen=True)
class SecretGroup:
    """One of a picture, a file and a text."""

    secret: Annotated[Path | None, typer.Argument(help="The picture to conceal.")] = None
    file: Annotated[Path | None, typer.Option(help="Conceal any file; - is standard input.")] = None
    text: Annotated[
        str | None,
        typer.Option(help="Conceal a text; whoever sees the command sees it: - reads it instead."),
    ] = None

    @property
    def is_given(self) -> bool:
        """Whether any is."""
        return any(each is not None for each in (self.secret, self.file, self.text))

    def check(self, needed: bool) -> None:
        """Refuse anything but one secret.

        Raises:
            UsageError: several, or none where one is needed.
        """
        if needed and not self.is_given:
            raise UsageError("Missing argument 'SECRET': the picture to conceal, --file or --text")
        if sum(each is not None for each in (self.secret, self.file, self.text)) > 1:
            raise UsageError("name one secret: a picture, --file or --text")

    @property
    def inputs(self) -> list[Path]:
        """Files that are read."""
        return [each for each in (self.secret, self.file) if each and each != STREAM]

    @property
    def streams(self) -> list[str]:
        """Options that read standard input."""
        found = [("--file", str(self.file)), ("--text", self.text)]
        return [name for name, value in found if value == str(STREAM)]

    @property
    def kind(self) -> Kind:
        """Of what is named."""
        if self.file is not None:
            return Kind.FILE
        return Kind.PICTURE if self.text is None else Kind.TEXT

    def read(self, alpha: "AlphaChoice") -> "Secret":
        """The secret itself.

        Raises:
            ImageError: it cannot be read.
            UsageError: a text that is none.
        """
        from sshr.imaging.secret import read_secret
        from sshr.transports.secret import Blob

        if self.secret is not None:
            return read_secret(self.secret, alpha)
        if self.file is not None:
            return Blob(read_stdin()) if self.file == STREAM else Blob.read(self.file)
        assert self.text is not None
        return Blob.text(_read_text() if self.streams else self.text)


def read_stdin() -> bytes:
    """All of standard input.

    Raises:
        ImageError: more than 256 MiB.
    """
    from sshr.imaging.limits import MAX_SECRET_BYTES

    data = read_input(MAX_SECRET_BYTES)
    if len(data) > MAX_SECRET_BYTES:
        raise ImageError("standard input: is too large to be concealed.")
    return data


def _read_text() -> str:
    from sshr.files.text import decode_text

    try:
        return decode_text(read_stdin())
    except ValueError as error:
        raise UsageError(f"standard input: {error}; conceal it by --file -") from None


def one_stream(*readers: str) -> None:
    """Refuse two options that read the same stream.

    Raises:
        UsageError: more than one is there.
    """
    if len(readers) > 1:
        raise UsageError(f"only one of {' and '.join(readers)} can read standard input")
