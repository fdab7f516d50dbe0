"""A stego whose header is open, before either transport goes on."""

from dataclasses import dataclass, replace

from sshr.crypto.keys import Keys
from sshr.errors import DamagedError
from sshr.header.header import OpenedHeader, read_header
from sshr.header.metadata import Transport
from sshr.imaging.reading import Picture
from sshr.pipeline.wrong_reference import explained
from sshr.transports.cover import CoverPair
from sshr.types import Rgb8


@dataclass(frozen=True)
class Received:
    """Stego and reference as network and header see them, and what the header says."""

    opened: OpenedHeader
    stego: Rgb8
    reference: Rgb8

    @property
    def sealed(self) -> bool:
        """Whether the secret rides in the sealed transport."""
        return self.opened.metadata.transport is Transport.SEALED


def refused_by_strict() -> DamagedError:
    """The outcome of a changed stego that could be revealed, where that is not wanted."""
    return DamagedError("the stego has been changed since it was written (refused by --strict)")


def open_stego(stego: Picture, reference: Picture, keys: Keys) -> Received:
    """Open the header of a picture, greyscale or not.

    Raises:
        MismatchError, NothingFoundError, DamagedError, WrongKeyError: why it cannot be read.
        SignatureError: the signature is not valid, or not that of `keys.sender`.
    """
    carriers = CoverPair.of(stego.rgb, reference.rgb)
    with explained(stego.rgb, reference.rgb):
        opened = read_header(carriers.stego, carriers.reference, keys)
    opened = replace(opened, intact=opened.intact and carriers.rim_intact)
    return Received(opened, carriers.stego, carriers.reference)
