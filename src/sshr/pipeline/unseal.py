"""The receiver's side of the sealed transport: all of the secret, or an error."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.errors import DamagedError, UsageError
from sshr.files.output import write_file
from sshr.header.header import OpenedHeader
from sshr.header.metadata import SecretMode, Transport
from sshr.imaging.modes import as_rgb
from sshr.imaging.reading import Picture, as_picture
from sshr.imaging.writing import write_image
from sshr.pipeline.receiving import Received, open_stego
from sshr.transports.sealed.embedding import extract
from sshr.transports.sealed.record import Kind, unpack
from sshr.types import Rgb8


@dataclass(frozen=True)
class Unsealed:
    """A sealed secret, exactly as it was sealed.

    Attributes:
        kind: picture, file or text.
        name: what the sender's file was called, without folders; to show, never a path to write to.
        data: the bytes of a file or text (UTF-8); a picture's compressed bytes.
        image: of a picture, uint8, HWC RGB or HW grey.
        sender: raw Ed25519 public key of the verified signature, None without one.
        intact: False where the stego was changed since it was written, and repaired.
    """

    kind: Kind
    name: str
    data: bytes = field(repr=False)
    image: NDArray[np.uint8] | None = field(default=None, repr=False)
    sender: bytes | None = None
    intact: bool = True

    @property
    def rgb(self) -> Rgb8:
        """A picture as HWC RGB.

        Raises:
            UsageError: it is none.
        """
        if self.image is None:
            raise UsageError("what is sealed is not a picture")
        return as_rgb(self.image)

    def save(self, path: str | Path, force: bool = False) -> None:
        """Write a picture in the suffix's lossless format, anything else as its bytes.

        Raises:
            OutputError: see `sshr.imaging.writing.write_image`.
        """
        if self.image is None:
            write_file(path, self.data, force)
        else:
            write_image(path, self.image, force)


def unseal(
    stego: str | Path | NDArray[np.uint8] | Picture,
    reference: str | Path | NDArray[np.uint8] | Picture,
    keys: Keys,
) -> Unsealed:
    """Open a sealed stego.

    Args:
        stego, reference: paths, HWC uint8 RGB or HW uint8 greyscale arrays.
        keys: exactly what the sender used.

    Raises:
        MismatchError, NothingFoundError, DamagedError, WrongKeyError: exit codes 3, 6, 5, 4. Any
            changed sample is a DamagedError, but for a few if it was sealed with `ecc`.
        SignatureError: exit code 13, as `Keys.sender` asks for.
        UsageError: the stego is an analog one; `sshr.reveal` reveals it.
    """
    seen, shared = as_picture(stego, "stego"), as_picture(reference, "reference")
    return unseal_received(open_stego(seen, shared, keys))


def unseal_received(received: Received) -> Unsealed:
    """`unseal`, for a caller who has opened the header to learn the transport.

    Raises:
        SshrError: as `unseal`.
    """
    return unseal_opened(received.opened, received.stego, received.reference)


def unseal_opened(opened: OpenedHeader, stego: Rgb8, reference: Rgb8) -> Unsealed:
    """What follows once the header is open.

    Raises:
        DamagedError: a sample has changed, or more than the check bytes of `ecc` can undo.
        UsageError: the stego is an analog one.
    """
    metadata = opened.metadata
    if metadata.transport is not Transport.SEALED:
        raise UsageError("this stego uses the analog transport: reveal it as such")
    extracted = extract(opened, stego, reference)
    content = unpack(extracted.record)
    if content.picture is not None:
        size = (metadata.secret_height, metadata.secret_width)
        colours = () if metadata.secret_mode is SecretMode.GREYSCALE else (3,)
        if content.picture.shape != (*size, *colours):
            raise DamagedError("the sealed picture has another size than its header says")
    return Unsealed(
        *(content.kind, content.name, content.data, content.picture),
        sender=opened.sender,
        intact=extracted.intact,
    )
