"""Finding the header of a robust stego in a picture that may have been changed on its way."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from sshr.crypto.keys import Keys
from sshr.header.reader import OpenedHeader
from sshr.header.reference import ReferenceKey
from sshr.header.signing import require_sender
from sshr.header.stream import wrong_key
from sshr.transports.cover import CoverPair
from sshr.transports.robust.compact import (
    CompactHeader,
    metadata_of,
    open_compact,
    recognise,
    sizes,
)
from sshr.transports.robust.frame import take
from sshr.transports.robust.layers import Ground, layers_power
from sshr.transports.robust.listening import Heard, changed_power, listen
from sshr.transports.robust.options import LEVELS
from sshr.types import Rgb8

Opener = Callable[[ReferenceKey, bytes, int, bool], CompactHeader | None]
_ASPECT = 0.02
_LEFT = 0.2
"""Of the power of the layers, in a picture of half the size at least."""


@dataclass(frozen=True)
class HeardPair(CoverPair):
    """A received picture that has been compared with its reference.

    Attributes:
        ground, heard, header: see there; None only for typing.
    """

    ground: Ground | None = None
    heard: Heard | None = None
    header: CompactHeader | None = None


def find(stego: Rgb8, reference: Rgb8, keys: Keys) -> tuple[OpenedHeader, HeardPair] | None:
    """The header, or None where there is none.

    Args:
        stego: (h, w, 3) uint8 of the reference's shape, in any size.

    Raises:
        WrongKeyError: the header is there, but the keys do not open it.
        DamagedError: its record makes no sense.
        SignatureError: it is not signed as `keys` ask for.
    """

    def opener(
        key: ReferenceKey, stream: bytes, slots: int, is_signed: bool
    ) -> CompactHeader | None:
        return open_compact(key, stream, slots, is_signed, keys)

    found = find_with(stego, reference, opener)
    if found is not None:
        require_sender(found[0].sender, keys.sender)
    return found


def find_with(
    stego: Rgb8, reference: Rgb8, opener: Opener, grounds: Iterable[Ground] | None = None
) -> tuple[OpenedHeader, HeardPair] | None:
    """`find`, for whoever opens headers in his own way or knows the ground."""
    if not _alike(stego, reference) or np.array_equal(stego, reference):
        return None
    key = ReferenceKey.of(reference)
    for ground in grounds or _grounds(stego, reference):
        heard = listen(stego, reference, ground.plan)
        seen = False
        for slots, is_signed, size in sizes():
            data = take(heard.ratios.reshape(-1), ground.frame.header, size)
            stream = None if data is None else recognise(key, data)
            if data is None or stream is None:
                continue
            header = opener(key, stream, slots, is_signed)
            if header is None:  # other keys', or of another form with the same size
                seen = True
                continue
            header = replace(header, raw=data)
            # Designs of other options share places: the header may come through with any of them.
            own = ground.named(header.record)
            if own is not ground:
                heard = listen(stego, reference, own.plan)
            pair = HeardPair(stego, reference, True, own, heard, header)
            return _opened(header, stego), pair
        if seen:
            raise wrong_key()
    return None


def _opened(header: CompactHeader, stego: Rgb8) -> OpenedHeader:
    none = np.zeros(0, np.int64)
    mask = np.zeros(stego.shape, bool)
    return OpenedHeader(header.session, metadata_of(header.record), mask, True, none, header.sender)


def _grounds(stego: Rgb8, reference: Rgb8) -> Iterator[Ground]:
    """Those that a sender may have chosen, the usual ones first.

    What was put in is still there, nearly: levels louder than all that was changed are left out.
    """
    changed = changed_power(stego, reference)
    for level in LEVELS:
        if changed < _LEFT * layers_power(level):
            continue
        for survive, analog in (("messenger", True), ("messenger", False), ("harsh", False)):
            yield Ground.of(reference, survive, level, analog)


def _alike(stego: Rgb8, reference: Rgb8) -> bool:
    """Whether the shapes agree up to 2 %, and the scale is one that may be read."""
    rows, columns = stego.shape[0] / reference.shape[0], stego.shape[1] / reference.shape[1]
    return abs(rows / columns - 1) < _ASPECT and 0.35 <= rows <= 2.2
