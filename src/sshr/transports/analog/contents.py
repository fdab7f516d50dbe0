"""What the header of an analog stego says, without its network."""

from sshr.header.metadata import Metadata
from sshr.imaging.tiles import tile_grid
from sshr.transports.cover import CoverPair
from sshr.transports.kind import Kind
from sshr.transports.protocol import Contents
from sshr.zoo.facts import preset_of


def describe(metadata: Metadata, pair: CoverPair) -> Contents:
    """See `Transport.describe`; the preset is None for a checkpoint that is not packaged."""
    return Contents(
        transport="analog",
        kind=Kind.PICTURE,
        secret_width=metadata.secret_width,
        secret_height=metadata.secret_height,
        greyscale=metadata.secret_mode.greyscale,
        details={
            "preset": preset_of(metadata.checkpoint_id),
            "checkpoint": metadata.checkpoint_id.hex(),
            "fit": metadata.fit.name.lower(),
            "turned": metadata.turned,
            "tiles": len(tile_grid(*pair.reference.shape[:2])),
        },
    )
