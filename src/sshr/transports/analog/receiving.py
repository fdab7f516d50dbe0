"""The receiver's side: what the network makes of a stego, changed or not."""

from contextlib import suppress

from sshr.errors import DamagedError, SshrError
from sshr.header.reader import OpenedHeader
from sshr.progress import Progress, quiet
from sshr.transports.analog.engine import Engine
from sshr.transports.cover import CoverPair, restored
from sshr.transports.kind import Kind
from sshr.transports.protocol import Runtime
from sshr.transports.revealed import Revealed
from sshr.zoo.tiles import find_tiles, load_tiles


def prepare(runtime: Runtime) -> None:
    """Load the network that is looked at first, if there is one."""
    with suppress(SshrError):
        load_tiles(runtime.preset, runtime.device)


def receive(
    opened: OpenedHeader, pair: CoverPair, runtime: Runtime, progress: Progress
) -> Revealed:
    """See `Transport.extract`.

    Raises:
        DamagedError: the metadata do not fit this picture or this version.
        CheckpointError: the checkpoint that the stego names is not there.
    """
    checkpoint = opened.metadata.checkpoint_id
    engine = Engine(find_tiles(checkpoint, runtime.preset, runtime.device))
    return reveal_with(engine, opened, pair, progress)


def reveal_with(
    engine: Engine, opened: OpenedHeader, pair: CoverPair, progress: Progress = quiet
) -> Revealed:
    """What this network makes of a stego whose header is open.

    Raises:
        DamagedError: the metadata do not fit this picture or this version.
    """
    metadata = opened.metadata
    try:
        fitted = engine.reveal(
            pair.stego,
            pair.reference,
            engine.rsrk_symmetric(metadata.rsrk_public, pair.reference),
            metadata.tile_scales,
            opened.session,
            progress,
        )
        image = restored(fitted, metadata)
    except ValueError as error:
        raise DamagedError(f"the header does not fit this picture ({error})") from None
    return Revealed(
        "analog",
        Kind.PICTURE,
        opened.intact,
        opened.sender,
        image=image,
        fitted=fitted,
        note=opened.note,
    )
