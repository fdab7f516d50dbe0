"""What a stego holds, without revealing it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.identity import sender_fingerprint
from sshr.crypto.keys import Keys
from sshr.crypto.metadata import Transport
from sshr.errors import CheckpointError
from sshr.imaging.reading import Picture, as_picture
from sshr.pipeline.engine import SCALE
from sshr.pipeline.receiving import open_stego
from sshr.zoo.registry import PRESETS, load_model


@dataclass(frozen=True)
class Contents:
    """What the header says. `preset` is None for a checkpoint that is not packaged.

    A sealed stego has neither checkpoint, fit nor tiles, and says its secret's size only of a
    picture (files and texts count as 1x1); `intact` is about the samples outside the header.
    `sender` is the raw Ed25519 public key of the verified signature, None without one; it vouches
    for the picture only together with `intact`.
    """

    transport: str
    preset: str | None
    checkpoint: str
    secret_width: int
    secret_height: int
    greyscale: bool
    fit: str
    tiles: int
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
    opened = open_stego(seen, shared, keys).opened
    metadata = opened.metadata
    sealed = metadata.transport is Transport.SEALED
    return Contents(
        transport=metadata.transport.name.lower(),
        preset=None if sealed else _preset_of(metadata.checkpoint_id),
        checkpoint="" if sealed else metadata.checkpoint_id.hex(),
        secret_width=metadata.secret_width,
        secret_height=metadata.secret_height,
        greyscale=metadata.secret_mode.greyscale,
        fit=metadata.fit.name.lower(),
        tiles=len(metadata.tile_scales) // SCALE.itemsize,
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
