"""What a reveal gives back, whatever the transport."""

import os
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from sshr.errors import UsageError
from sshr.files.output import FOR_THE_OWNER, PathLike, write_file, write_stream
from sshr.imaging.modes import as_rgb
from sshr.imaging.writing import REVEALED, encode_image, write_image
from sshr.transports.kind import Kind
from sshr.types import Rgb8


@dataclass(frozen=True)
class Revealed:
    """A revealed secret.

    Attributes:
        transport: how it rode in the stego.
        kind: picture, file or text.
        intact: False when the stego was changed since it was written: the secret was repaired, or
            has faded.
        sender: raw Ed25519 public key of the verified signature, which covers what was revealed;
            None without one, or where a change means that nobody vouches for it.
        image: of a picture, uint8 in the secret's own size: HWC RGB, or HW where it was greyscale.
        fitted: of a picture that was brought to the reference's size: HWC uint8 RGB as it was
            concealed (packed if the reference is greyscale).
        data: the bytes of a file or text (UTF-8), or the compressed bytes of a picture if it was
            sent as such.
        name: what the sender's file was called, as `sshr.files.names.plain_name` leaves it; to
            show, never a path to write to.
        note: what the sender says of the stego, on one printable line; signed if `sender` is there.
        channel: what seems to have happened to the stego on its way; empty where nothing can.
    """

    transport: str
    kind: Kind
    intact: bool
    sender: bytes | None = None
    image: NDArray[np.uint8] | None = field(default=None, repr=False)
    fitted: Rgb8 | None = field(default=None, repr=False)
    data: bytes = field(default=b"", repr=False)
    name: str = ""
    note: str = ""
    channel: str = ""

    @property
    def rgb(self) -> Rgb8:
        """A picture as HWC RGB.

        Raises:
            UsageError: it is none.
        """
        if self.image is None:
            raise UsageError(f"what was concealed is a {self.kind.name.lower()}, not a picture")
        return as_rgb(self.image)

    @property
    def text(self) -> str:
        """A text.

        Raises:
            UsageError: it is none.
        """
        if self.kind is not Kind.TEXT:
            raise UsageError(f"what was concealed is a {self.kind.name.lower()}, not a text")
        return self.data.decode("utf-8", "replace")

    def save(self, target: PathLike | BinaryIO, force: bool = False) -> None:
        """Write a picture in the suffix's format (to a stream: PNG), else the bytes.

        JPEG, of quality 95, loses detail; every other format keeps all of it.

        Its owner alone may read the file (mode 600).

        Raises:
            OutputError: see `sshr.imaging.writing.write_image`.
            UsageError: the target is neither a path nor a binary stream.
        """
        if isinstance(target, str | os.PathLike):
            if self.image is None:
                write_file(target, self.data, force, FOR_THE_OWNER)
            else:
                write_image(target, self.image, force, mode=FOR_THE_OWNER, formats=REVEALED)
        else:
            write_stream(target, self.data if self.image is None else encode_image(self.image))
