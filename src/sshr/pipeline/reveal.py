"""The receiver's side: a stego, the reference and keys become the secret again."""

from sshr.crypto.keys import Keys, require_keys
from sshr.errors import DamagedError
from sshr.header.signing import require_sender
from sshr.imaging.limits import MAX_PIXELS
from sshr.imaging.reading import AnyPicture, as_picture
from sshr.pipeline.opening import ClosedStego, OpenedStego
from sshr.progress import Progress, quiet
from sshr.transports.protocol import Runtime
from sshr.transports.revealed import Revealed


def reveal(
    stego: AnyPicture,
    reference: AnyPicture,
    keys: Keys,
    *,
    preset: str = "base",
    strict: bool = False,
    device: str = "auto",
    progress: Progress = quiet,
) -> Revealed:
    """Reveal what was concealed in `stego`, a picture, file or text, whatever the transport.

    Args:
        stego, reference: paths, HWC uint8 RGB or HW uint8 greyscale arrays, or PIL images.
        keys: exactly what the sender used.
        preset: where to look first for the checkpoint that the stego names; a path for one that
            is not packaged.
        strict: refuse a stego that has been changed; otherwise see `Revealed.intact`. With
            `Keys.sender` nothing is revealed for which that sender does not vouch, strict or not.
        device: of the network, if one is needed.

    Raises:
        MismatchError, NothingFoundError, DamagedError, WrongKeyError: exit codes 3, 6, 5, 4.
        NewerVersionError: exit code 16.
        SignatureError: exit code 13, as `Keys.sender` asks for.
        SshrError: other kinds, each with a message for the user.
    """
    require_keys(keys)
    seen, shared = as_picture(stego, "stego", received=True), as_picture(reference, "reference")
    runtime, closed = Runtime(preset, device), ClosedStego(seen, shared, keys)
    closed.begin()
    closed.prepare(runtime)
    return reveal_opened(closed.opened(), runtime, strict, progress)


def reveal_opened(
    opened: OpenedStego, runtime: Runtime, strict: bool = False, progress: Progress = quiet
) -> Revealed:
    """`reveal`, for a caller who has opened the header to see what it says.

    Raises:
        DamagedError: also for a picture too large to have been concealed, before room is made.
        SshrError: as `reveal`.
    """
    if strict and not opened.header.intact:
        raise _changed()
    told = opened.transport.describe(opened.header.metadata, opened.pair)
    sides = told.secret_height or 0, told.secret_width or 0
    if sides[0] * sides[1] > MAX_PIXELS:
        raise DamagedError(
            f"the stego claims to hold a picture of {sides[1]}x{sides[0]} px, more than anybody "
            "can have concealed"
        )
    revealed = opened.transport.extract(opened.header, opened.pair, runtime, progress)
    if revealed.kind is not told.kind or _sides(revealed) not in (None, sides):
        raise DamagedError("what was concealed is not what the stego's header says")
    if strict and not revealed.intact:
        raise _changed()
    require_sender(revealed.sender, opened.wanted, revealed.intact)
    return revealed


def _sides(revealed: Revealed) -> tuple[int, ...] | None:
    return None if revealed.image is None else revealed.image.shape[:2]


def _changed() -> DamagedError:
    return DamagedError("the stego has been changed since it was written (refused by --strict)")
