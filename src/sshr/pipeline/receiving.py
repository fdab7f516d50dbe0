"""A stego whose header is open, before either transport goes on."""

from dataclasses import dataclass

from sshr.crypto.header import Opened, read_header
from sshr.crypto.keys import Keys
from sshr.crypto.metadata import Transport
from sshr.imaging.reading import Picture
from sshr.pipeline.unseal import Unsealed, unseal_opened


@dataclass(frozen=True)
class Received:
    """Stego, reference and what the header says."""

    opened: Opened
    stego: Picture
    reference: Picture

    @property
    def sealed(self) -> bool:
        """Whether the secret rides in the sealed transport."""
        return self.opened.metadata.transport is Transport.SEALED

    def unseal(self) -> Unsealed:
        """The sealed secret.

        Raises:
            DamagedError: any sample has changed.
        """
        return unseal_opened(self.opened, self.stego.rgb, self.reference.rgb)


def open_stego(stego: Picture, reference: Picture, keys: Keys) -> Received:
    """Open the header.

    Raises:
        MismatchError, NothingFoundError, DamagedError, WrongKeyError: why it cannot be read.
    """
    return Received(read_header(stego.rgb, reference.rgb, keys), stego, reference)
