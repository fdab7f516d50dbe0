"""A stego whose header is open, and what to say of a reference that does not open it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from sshr.crypto.keys import Keys
from sshr.errors import DamagedError, MismatchError, NothingFoundError, SshrError
from sshr.header.fingerprint import fingerprint
from sshr.header.reader import ClosedHeader, OpenedHeader, find_header
from sshr.header.signing import require_sender
from sshr.imaging.likeness import likeness
from sshr.imaging.reading import Picture
from sshr.transports.cover import CoverPair
from sshr.transports.protocol import Finder, Preparing, Runtime, Transport
from sshr.transports.table import TRANSPORTS, transport_of
from sshr.types import Rgb8


@dataclass(frozen=True)
class OpenedStego:
    """What a receiver has once the header is open.

    Attributes:
        wanted: raw Ed25519 public key of the sender who has to vouch for it, or None.
    """

    header: OpenedHeader
    pair: CoverPair
    transport: Transport
    wanted: bytes | None = None


def open_stego(stego: Picture, reference: Picture, keys: Keys) -> OpenedStego:
    """Open the header of a picture, greyscale or not.

    Raises:
        MismatchError, NothingFoundError, NewerVersionError, DamagedError, WrongKeyError: why it
            cannot be read.
        SignatureError: the signature is not valid, or not that of `keys.sender`.
    """
    return ClosedStego(stego, reference, keys).opened()


class ClosedStego:
    """A picture that was received, and what may open it.

    Args:
        stego, reference: greyscale or not.
        keys: of the reader.
    """

    def __init__(self, stego: Picture, reference: Picture, keys: Keys) -> None:
        self._stego, self._reference, self._keys = stego.rgb, reference.rgb, keys
        self._pair = CoverPair.of(self._stego, self._reference)
        self._header: ClosedHeader | SshrError | None = None

    def begin(self) -> None:
        """Find the header and start Argon2id in a thread of its own; `opened` says what failed."""
        try:
            self._header = header = self._found()
        except SshrError as error:
            self._header = error
        else:
            header.begin()

    def prepare(self, runtime: Runtime) -> None:
        """Load what `reveal_opened` will need, as far as a header that was begun tells."""
        if isinstance(self._header, ClosedHeader):
            for transport in TRANSPORTS.values():
                if isinstance(transport, Preparing):
                    transport.prepare(self._header.carrier, runtime)

    def _found(self) -> ClosedHeader:
        return find_header(self._pair.stego, self._pair.reference, self._keys)

    def opened(self) -> OpenedStego:
        """See `open_stego`."""
        pair, keys = self._pair, self._keys
        with _explained(self._stego, self._reference):
            try:
                if isinstance(self._header, SshrError):
                    raise self._header
                header = (self._header or self._found()).opened()
            except (MismatchError, NothingFoundError, DamagedError):
                found = _found(self._stego, self._reference, keys)
                if found is None:
                    raise
                header, pair = found
        if not pair.rim_intact:
            header = replace(header, intact=False, sender=None)
            require_sender(None, keys.sender, intact=False)
        return OpenedStego(header, pair, transport_of(header.metadata.transport), keys.sender)


def _found(stego: Rgb8, reference: Rgb8, keys: Keys) -> tuple[OpenedHeader, CoverPair] | None:
    """What a transport with a header of its own finds."""
    for transport in TRANSPORTS.values():
        found = transport.find(stego, reference, keys) if isinstance(transport, Finder) else None
        if found is not None:
            return found
    return None


@contextmanager
def _explained(stego: Rgb8, reference: Rgb8) -> Iterator[None]:
    """Add to a MismatchError or NothingFoundError what the two HWC RGB pictures tell.

    The sender's fingerprint is nowhere in the stego, where it would mark it; people compare.
    """
    try:
        yield
    except (MismatchError, NothingFoundError) as error:
        told = f"{error}{_hint(stego, reference)}; the fingerprint of this reference is "
        told += f"'{fingerprint(reference)}': compare it with the sender's"
        raise type(error)(told) from error


def _hint(stego: Rgb8, reference: Rgb8) -> str:
    if np.array_equal(stego, reference):
        return "; the two pictures are identical, so nothing was concealed in this one"
    found = likeness(stego, reference)
    if found == "turned":
        return "; they show the same picture, turned: one of them lost or gained an orientation"
    if found == "resized":
        return "; they show the same picture: one of them is a resized copy"
    if found == "same size":
        return "; they show the same picture: one of them may be a re-encoded or edited copy"
    return ""
