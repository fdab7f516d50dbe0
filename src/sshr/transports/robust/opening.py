"""Finding the header of a robust stego in a picture that may have been changed on its way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sshr.crypto.keys import Keys
from sshr.header.carriers import HeaderGroups
from sshr.header.reader import OpenedHeader
from sshr.header.reference import ReferenceKey
from sshr.header.signing import require_sender
from sshr.header.stream import wrong_key
from sshr.threads import one_thread_each
from sshr.transports.cover import CoverPair
from sshr.transports.robust.compact import (
    CompactHeader,
    metadata_of,
    open_compact,
    recognise,
    sizes,
)
from sshr.transports.robust.frame import code_period, softened, take
from sshr.transports.robust.layers import Ground, layers_power
from sshr.transports.robust.listening import Heard
from sshr.transports.robust.options import HARSH, LEVELS, MESSENGER
from sshr.transports.robust.registering import all_views, plain_views
from sshr.transports.robust.silence import agrees, information, is_silent
from sshr.transports.robust.views import View
from sshr.types import Rgb8

Opener = Callable[[ReferenceKey, bytes, int, bool], CompactHeader | None]
Views = Callable[[Rgb8, Rgb8], Iterable[View]]
_LEFT = 0.2
"""Of the power of the layers, in a picture of half the size at least."""


_MARGIN = 1.2
"""For the error of the estimate of what was told."""


@dataclass(frozen=True)
class HeardPair(CoverPair):
    """A received picture that has been compared with its reference.

    Attributes:
        ground, heard, header: see there; None only for typing.
        as_sent: neither turned nor cut nor inside another picture.
    """

    ground: Ground | None = None
    heard: Heard | None = None
    header: CompactHeader | None = None
    as_sent: bool = True


def find(stego: Rgb8, reference: Rgb8, keys: Keys) -> tuple[OpenedHeader, HeardPair] | None:
    """The header, or None where there is none.

    Args:
        stego: (h, w, 3) uint8, maybe resized, turned, cut or inside another picture.

    Raises:
        WrongKeyError: the header is there, but the keys do not open it.
        NewerVersionError: a version to come has written it.
        DamagedError: its record makes no sense.
        SignatureError: it is not signed as `keys` ask for.
    """

    def opener(
        key: ReferenceKey, stream: bytes, slots: int, is_signed: bool
    ) -> CompactHeader | None:
        return open_compact(key, stream, slots, is_signed, keys)

    with one_thread_each():
        found = find_with(stego, reference, opener, views=all_views)
    if found is not None:
        require_sender(found[0].sender, keys.sender)
    return found


def find_with(
    stego: Rgb8,
    reference: Rgb8,
    opener: Opener,
    grounds: Sequence[Ground] | None = None,
    views: Views = plain_views,
) -> tuple[OpenedHeader, HeardPair] | None:
    """`find`, for whoever opens headers in his own way, knows the ground or where to look."""
    if np.array_equal(stego, reference):
        return None
    for view in views(stego, reference):
        silent: dict[str, float] = {}
        tried = grounds or _grounds(view, reference, silent)
        found = _find_in(view, reference, opener, tried, silent)
        if found is not None:
            return found
    return None


def _find_in(
    view: View,
    reference: Rgb8,
    opener: Opener,
    grounds: Iterable[Ground],
    silent: dict[str, float],
) -> tuple[OpenedHeader, HeardPair] | None:
    for ground in grounds:
        heard = view.listen(ground.plan)
        if is_silent(heard.ratios, ground.plan, ground.frame.header):
            silent[ground.design] = max(ground.stego_psnr, silent.get(ground.design, 0))
            continue
        sent: dict[int, bytes | None] = {}  # several headers are of one size
        seen = False
        for slots, is_signed, size in sizes():
            if size not in sent:
                sent[size] = _header(heard, ground, size)
            data = sent[size]
            stream = None if data is None else recognise(ground.key, data)
            if data is None or stream is None:
                continue
            header = opener(ground.key, stream, slots, is_signed)
            if header is None:  # other keys', or of another form with the same size
                seen = True
                continue
            header = replace(header, raw=data)
            # Designs of other options share places: the header may come through with any of them.
            own = ground.named(header.record).sized(size)
            if own.plan is not ground.plan:
                heard = view.listen(own.plan)
            pair = HeardPair(view.picture, reference, True, own, heard, header, view.as_sent)
            return _opened(header, view.picture), pair
        if seen:
            raise wrong_key()
    return None


def _header(heard: Heard, ground: Ground, size: int) -> bytes | None:
    """What may be a header of so many bytes, or None where the code gives none."""
    ratios = heard.ratios.reshape(-1)
    short, places = ground.frame.header, ground.frame.sized(size).header
    share = information(ratios[short]) / max(len(short), 1)
    if 8 * size > _MARGIN * share * len(places):  # no code brings what is not there
        return None
    told = ratios[places]
    return take(softened(told), size) if agrees(told, code_period(size)) else None


def _opened(header: CompactHeader, stego: Rgb8) -> OpenedHeader:
    none = HeaderGroups(*[np.zeros((0, 1), np.int64)] * 3)
    mask = np.zeros(stego.shape, bool)
    return OpenedHeader(header.session, metadata_of(header.record), mask, True, none, header.sender)


def _grounds(view: View, reference: Rgb8, silent: dict[str, float]) -> Iterator[Ground]:
    """Those that a sender may have chosen, the usual ones first.

    What was put in is still there, nearly: levels louder than all that was changed are left out,
    and so are those of a design that is silent at a quieter level.

    Args:
        silent: by design, the quietest level in dB at which it was; the caller fills it.
    """
    for level in LEVELS:
        if view.changed < _LEFT * layers_power(level):
            continue
        for design, analog in ((MESSENGER, True), (MESSENGER, False), (HARSH, False)):
            if level > silent.get(design, 0):
                yield Ground.of(reference, design, level, analog)
