"""The receiver's side: the best of what came through."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sshr.errors import DamagedError
from sshr.header.metadata import Metadata
from sshr.header.reader import OpenedHeader
from sshr.metrics import psnr
from sshr.progress import Progress
from sshr.transports.cover import CoverPair
from sshr.transports.kind import Kind
from sshr.transports.protocol import Contents, Runtime
from sshr.transports.revealed import Revealed
from sshr.transports.robust.codec import decode
from sshr.transports.robust.compact import Record
from sshr.transports.robust.layers import opened as opened_layers
from sshr.transports.robust.opening import HeardPair
from sshr.transports.sealed.record import unpack
from sshr.types import Rgb8

if TYPE_CHECKING:
    from sshr.transports.robust.analog_part import OpenedPart


def receive(
    opened: OpenedHeader, pair: CoverPair, runtime: Runtime, progress: Progress
) -> Revealed:
    """See `Transport.extract`.

    Raises:
        DamagedError: not even the base came through.
    """
    assert isinstance(pair, HeardPair)
    assert pair.ground is not None
    assert pair.heard is not None
    assert pair.header is not None
    header, ground = pair.header, pair.ground
    progress("revealing", 0, 1)
    sent = ground.read(pair.heard, header)
    contents = opened_layers(header, sent)
    channel = pair.heard.channel
    if contents[0] is None:
        raise DamagedError(
            f"the stego was changed too much on its way ({channel}): nothing of the secret is left"
        )
    record = header.record
    found = Revealed(
        transport="robust",
        kind=record.kind,
        intact=False,
        sender=opened.sender,
        channel=_words(channel, contents, record),
    )
    picture = _picture(pair, sent)
    part = _part(pair, picture)
    intact = _is_untouched(pair, picture, part)
    found = replace(found, intact=intact, channel="untouched" if intact else found.channel)
    if record.kind is not Kind.PICTURE:
        content = unpack(contents[0], record.kind)
        return replace(found, data=content.data, name=content.name)
    best = decode(contents[1] or contents[0], record.size)
    found = replace(found, image=_own_colour(best, record))
    if part is None or part.header.sender != found.sender:
        return found  # another reader may have made the part: the layers stay signed
    from sshr.transports.robust.analog_part import read_analog  # which needs a network

    analog = read_analog(part, ground.stego_psnr, runtime)
    progress("revealing", 1, 1)
    if analog is None or not _nearer(analog.rgb, best, record.decibels):
        return found
    return replace(found, image=analog.image)


def is_untouched(pair: CoverPair) -> bool:
    """See `Finder.is_untouched`."""
    assert isinstance(pair, HeardPair)
    assert pair.ground is not None
    assert pair.heard is not None
    assert pair.header is not None
    picture = _picture(pair, pair.ground.read(pair.heard, pair.header))
    return _is_untouched(pair, picture, _part(pair, picture))


def _is_untouched(pair: HeardPair, picture: Rgb8 | None, part: "OpenedPart | None") -> bool:
    """Whether no sample has changed.

    Args:
        picture: of the layers.
        part: of the network.
    """
    assert pair.header is not None
    if picture is None or not pair.as_sent:
        return False
    if not pair.header.record.analog:
        return np.array_equal(picture, pair.stego)
    return part is not None and part.intact and part.header.sender == pair.header.sender


def _part(pair: HeardPair, picture: Rgb8 | None) -> "OpenedPart | None":
    """The network's part, if it is there."""
    assert pair.header is not None
    if picture is None or not pair.header.record.analog:
        return None
    from sshr.transports.robust.analog_part import open_analog

    return open_analog(pair.stego, picture, pair.header.session)


def describe(metadata: Metadata) -> Contents:
    """See `Transport.describe`."""
    record = Record.unpack(metadata.side_info)
    layers = 1 + (record.refinement > 0)
    details = {"layers": layers, "payload_bytes": record.base + record.refinement}
    if record.kind is not Kind.PICTURE:
        return Contents("robust", record.kind, details=details)
    return Contents(
        "robust",
        record.kind,
        secret_width=record.size[1],
        secret_height=record.size[0],
        greyscale=record.greyscale,
        details=details,
    )


def _picture(pair: HeardPair, sent: tuple[bytes | None, bytes | None]) -> Rgb8 | None:
    """The layers' picture as its sender made it, if all of them came and the size is his."""
    header, ground = pair.header, pair.ground
    assert header is not None
    assert ground is not None
    if pair.stego.shape != ground.reference.shape or sent[0] is None:
        return None
    if header.record.refinement and sent[1] is None:
        return None
    bits = ground.bits(header.raw, header.record, (sent[0], sent[1] or b""), header.session)
    return ground.picture(bits) if ground.resembles(pair.stego, bits) else None


def _nearer(analog: Rgb8, coded: Rgb8, decibels: float) -> bool:
    """Whether the network's picture is likely to be nearer to the secret than the coded one.

    Their distance is that of the coded picture, which is known, and the network's own added up.
    """
    if analog.shape != coded.shape:
        return False
    return psnr(analog, coded) > decibels - 10 * math.log10(2)


def _own_colour(picture: Rgb8, record: Record) -> np.ndarray:
    if not record.greyscale:
        return picture
    return np.rint(picture.mean(axis=2)).astype(np.uint8)


def _words(channel: str, contents: list[bytes | None], record: Record) -> str:
    if record.kind is not Kind.PICTURE or not record.refinement:
        return channel
    if contents[1] is None:
        return f"{channel}; the base picture alone came through"
    return f"{channel}; base and refinement came through, about {record.decibels:.1f} dB"
