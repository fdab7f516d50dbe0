"""What a stego holds, without revealing it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import Keys
from sshr.errors import CheckpointError
from sshr.imaging.reading import Picture, as_picture
from sshr.pipeline.engine import SCALE
from sshr.pipeline.reveal import open_stego
from sshr.zoo.registry import PRESETS, load_model


@dataclass(frozen=True)
class Contents:
    """What the header says. `preset` is None for a checkpoint that is not packaged."""

    transport: str
    preset: str | None
    checkpoint: str
    secret_width: int
    secret_height: int
    greyscale: bool
    fit: str
    tiles: int
    intact: bool

    def as_dict(self) -> dict[str, Any]:
        """Entries by name, for JSON."""
        return asdict(self)


def inspect(
    stego: str | Path | NDArray[np.uint8] | Picture,
    reference: str | Path | NDArray[np.uint8] | Picture,
    keys: Keys,
) -> Contents:
    """Open the header of a stego.

    Raises:
        MismatchError, NothingFoundError, DamagedError, WrongKeyError: why it cannot be read.
    """
    seen, shared = as_picture(stego, "stego"), as_picture(reference, "reference")
    opened, _ = open_stego(seen.rgb, shared.rgb, keys)
    metadata = opened.metadata
    return Contents(
        transport=metadata.transport.name.lower(),
        preset=_preset_of(metadata.checkpoint_id),
        checkpoint=metadata.checkpoint_id.hex(),
        secret_width=metadata.secret_width,
        secret_height=metadata.secret_height,
        greyscale=metadata.secret_mode.greyscale,
        fit=metadata.fit.name.lower(),
        tiles=len(metadata.tile_scales) // SCALE.itemsize,
        intact=opened.intact,
    )


def _preset_of(identity: bytes) -> str | None:
    for name in PRESETS:
        try:
            if load_model(name, "cpu").digest.startswith(identity):
                return name
        except CheckpointError:
            continue
    return None
