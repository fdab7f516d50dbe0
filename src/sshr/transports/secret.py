"""What can be concealed: a picture, or bytes with a name."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from sshr.errors import ImageError, UsageError
from sshr.files.names import reason, require_path, shown
from sshr.files.regular import open_regular
from sshr.imaging.limits import MAX_SECRET_BYTES
from sshr.imaging.reading import AnyPicture, Picture
from sshr.imaging.secret import AlphaChoice, as_secret
from sshr.transports.kind import Kind


@dataclass(frozen=True)
class Blob:
    """A file or a text to conceal: its bytes, and the name that the receiver is told.

    Raises:
        UsageError: it claims to be a picture, or an argument is of another type.
        ImageError: more than 256 MiB.
    """

    data: bytes = field(repr=False)
    name: str = ""
    kind: Kind = Kind.FILE

    def __post_init__(self) -> None:
        if self.kind is Kind.PICTURE:
            raise UsageError("a Blob is a file or a text; give a picture as such")
        own = (self.data, bytes, "data"), (self.name, str, "name"), (self.kind, Kind, "kind")
        for value, wanted, what in own:
            if not isinstance(value, wanted):
                told = type(value).__name__
                raise UsageError(f"a Blob's {what} must be {wanted.__name__}, not {told}")
        if len(self.data) > MAX_SECRET_BYTES:
            name = shown(self.name) or "the secret"
            most = MAX_SECRET_BYTES >> 20
            raise ImageError(f"{name}: is too large to be concealed (at most {most} MiB).")

    @classmethod
    def text(cls, text: str) -> "Blob":
        """A text, as UTF-8.

        Raises:
            UsageError: not text, or with halves of characters that no UTF-8 can say.
        """
        if not isinstance(text, str):
            raise UsageError(f"a text must be str, not {type(text).__name__}")
        try:
            return cls(text.encode(), "", Kind.TEXT)
        except UnicodeEncodeError:
            raise UsageError("the text is not valid Unicode; conceal it as a file") from None

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> "Blob":
        """A file, as it is; the receiver is told its name without folders.

        Raises:
            ImageError: it is missing, cannot be read or is over 256 MiB.
        """
        require_path(path)
        name = shown(path)
        try:
            with open_regular(path) as file:
                data = file.read(MAX_SECRET_BYTES + 1)
            return cls(data, Path(path).name)
        except (OSError, ValueError) as error:
            raise ImageError(f"{name}: cannot be read ({reason(error)}).") from error


Secret = Picture | Blob


def read_any(secret: AnyPicture | Blob, alpha: AlphaChoice = "composite") -> Secret:
    """The secret that a caller of the Python API means.

    Raises:
        ImageError, UsageError: see `sshr.imaging.secret.as_secret`.
    """
    return secret if isinstance(secret, Blob) else as_secret(secret, alpha)


def kind_of(secret: Secret) -> Kind:
    """Of a picture or a Blob."""
    return secret.kind if isinstance(secret, Blob) else Kind.PICTURE
