"""What a stego holds, without revealing it."""

from dataclasses import replace

from sshr.crypto.keys import Keys, require_keys
from sshr.imaging.reading import AnyPicture, as_picture
from sshr.pipeline.opening import open_stego
from sshr.transports.protocol import Contents, Finder


def inspect(stego: AnyPicture, reference: AnyPicture, keys: Keys) -> Contents:
    """Open the header of a stego.

    Raises:
        MismatchError, NothingFoundError, NewerVersionError, DamagedError, WrongKeyError: why it
            cannot be read.
        SignatureError: the signature is not valid, or not that of `keys.sender`.
    """
    require_keys(keys)
    seen, shared = as_picture(stego, "stego", received=True), as_picture(reference, "reference")
    opened = open_stego(seen, shared, keys)
    found = opened.transport.describe(opened.header.metadata, opened.pair)
    header, way = opened.header, opened.transport
    intact = way.is_untouched(opened.pair) if isinstance(way, Finder) else header.intact
    return replace(found, intact=intact, sender=header.sender, note=header.note)
