"""The receiver's side: all of the secret, or an error."""

from sshr.header.metadata import Metadata, SecretMode
from sshr.header.reader import OpenedHeader
from sshr.progress import Progress
from sshr.transports.cover import CoverPair
from sshr.transports.kind import Kind
from sshr.transports.protocol import Contents
from sshr.transports.revealed import Revealed
from sshr.transports.sealed.embedding import extract, info_of
from sshr.transports.sealed.record import unpack


def receive(opened: OpenedHeader, pair: CoverPair, progress: Progress) -> Revealed:
    """See `Transport.extract`.

    Raises:
        DamagedError: a sample has changed, or more than the check bytes of `ecc` can undo; or the
            content is another one than the header says.
    """
    metadata = opened.metadata
    progress("revealing", 0, 1)
    extracted = extract(opened, pair.stego, pair.reference)
    progress("revealing", 1, 1)
    size = metadata.secret_height, metadata.secret_width
    shape = size if metadata.secret_mode is SecretMode.GREYSCALE else (*size, 3)
    content = unpack(extracted.record, info_of(metadata).kind, shape)
    return Revealed(
        transport="sealed",
        kind=content.kind,
        intact=extracted.intact,
        sender=opened.sender if extracted.intact else None,
        note=opened.note,
        image=content.picture,
        data=content.data,
        name=content.name,
    )


def describe(metadata: Metadata) -> Contents:
    """See `Transport.describe`; of a picture also its size."""
    info = info_of(metadata)
    details = {"noise": info.noise.name.lower(), "payload_bytes": info.payload_bytes}
    if info.kind is not Kind.PICTURE:
        return Contents("sealed", info.kind, details=details)
    return Contents(
        "sealed",
        info.kind,
        secret_width=metadata.secret_width,
        secret_height=metadata.secret_height,
        greyscale=metadata.secret_mode.greyscale,
        details=details,
    )
