"""What a stego holds, without revealing it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.identity import sender_fingerprint
from sshr.crypto.keys import Keys
from sshr.errors import CheckpointError
from sshr.header.metadata import Transport
from sshr.imaging.reading import Picture, as_picture
from sshr.imaging.tiles import tile_grid
from sshr.pipeline.receiving import open_stego
from sshr.transports.sealed.embedding import entry_of
from sshr.transports.sealed.record import Kind
from sshr.zoo.registry import PRESETS, load_model


@dataclass(frozen=True)
class Contents:
    """What the header says. `preset` is None for a checkpoint that is not packaged.

    `kind` is picture, file or text. What does not apply is None: preset, checkpoint, fit and tiles
    of a sealed stego, size and colour of a file or text. `intact` is about the samples outside the
    header.
    `sender` is the raw Ed25519 public key of the verified signature, None without one; it vouches
    for the picture only together with `intact`.
    """

    transport: str
    kind: str
    preset: str | None
    checkpoint: str | None
    secret_width: int | None
    secret_height: int | None
    greyscale: bool | None
    fit: str | None
    tiles: int | None
    intact: bool
    sender: bytes | None = None

    def as_dict(self) -> dict[str, Any]:
        """Entries by name, for JSON; the sender by the fingerprint of the key."""
        sender = None if self.sender is None else sender_fingerprint(self.sender)
        return {**asdict(self), "sender": sender}


def inspect(
    stego: str | Path | NDArray[np.uint8] | Picture,
    reference: str | Path | NDArray[np.uint8] | Picture,
    keys: Keys,
) -> Contents:
    """Open the header of a stego.

    Raises:
        MismatchError, NothingFoundError, DamagedError, WrongKeyError: why it cannot be read.
        SignatureError: the signature is not valid, or not that of `keys.sender`.
    """
    seen, shared = as_picture(stego, "stego"), as_picture(reference, "reference")
    received = open_stego(seen, shared, keys)
    opened, shared_size = received.opened, received.reference.shape[:2]
    metadata = opened.metadata
    sealed = metadata.transport is Transport.SEALED
    kind = entry_of(metadata).kind if sealed else Kind.PICTURE
    picture = kind is Kind.PICTURE
    return Contents(
        transport=metadata.transport.name.lower(),
        kind=kind.name.lower(),
        preset=None if sealed else _preset_of(metadata.checkpoint_id),
        checkpoint=None if sealed else metadata.checkpoint_id.hex(),
        secret_width=metadata.secret_width if picture else None,
        secret_height=metadata.secret_height if picture else None,
        greyscale=metadata.secret_mode.greyscale if picture else None,
        fit=None if sealed else metadata.fit.name.lower(),
        tiles=None if sealed else len(tile_grid(*shared_size)),
        intact=opened.intact,
        sender=opened.sender,
    )


def _preset_of(identity: bytes) -> str | None:
    for name in PRESETS:
        try:
            if load_model(name, "cpu").digest.startswith(identity):
                return name
        except CheckpointError:
            continue
    return None
