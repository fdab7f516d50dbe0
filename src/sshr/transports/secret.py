"""What can be concealed: a picture, or bytes with a name."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from sshr.errors import ImageError, UsageError
from sshr.files.names import reason, shown
from sshr.imaging.limits import MAX_FILE_BYTES
from sshr.imaging.reading import AnyPicture, Picture
from sshr.imaging.secret import AlphaChoice, as_secret
from sshr.transports.kind import Kind


@dataclass(frozen=True)
class Blob:
    """A file or a text to conceal: its bytes, and the name that the receiver is told.

    Raises:
        UsageError: it claims to be a picture.
    """

    data: bytes = field(repr=False)
    name: str = ""
    kind: Kind = Kind.FILE

    def __post_init__(self) -> None:
        if self.kind is Kind.PICTURE:
            raise UsageError("a Blob is a file or a text; give a picture as such")

    @classmethod
    def text(cls, text: str) -> "Blob":
        """A text, as UTF-8."""
        return cls(text.encode("utf-8", "replace"), "", Kind.TEXT)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> "Blob":
        """A file, as it is; the receiver is told its name without folders.

        Raises:
            ImageError: it is missing, cannot be read or is over a GiB.
        """
        name = shown(path)
        try:
            if not os.path.isfile(path):
                raise ImageError(f"{name}: is not a file that can be read.")
            if os.path.getsize(path) > MAX_FILE_BYTES:
                raise ImageError(f"{name}: is too large to be concealed.")
            return cls(Path(path).read_bytes(), Path(path).name)
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
