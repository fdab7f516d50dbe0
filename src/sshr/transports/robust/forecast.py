"""What the robust transport would carry: the channels that are promised, tried on the reference."""

import os
from dataclasses import replace

from sshr.crypto.keys import Keys
from sshr.header.slots import slots_for
from sshr.imaging.reading import Picture
from sshr.transports.cover import Cover
from sshr.transports.notes import notes_on_reference
from sshr.transports.protocol import Forecast
from sshr.transports.robust.compact import CompactWriter, header_size
from sshr.transports.robust.options import RobustOptions
from sshr.transports.robust.planning import best_plan, fill
from sshr.transports.robust.profiles import notes_on_size
from sshr.transports.secret import Secret

_MORE = "an untouched file reveals more than that: a part of the power is the network's"


def forecast(
    secret: Secret | None, cover: Cover, recipients: int, signed: bool, options: RobustOptions
) -> Forecast:
    """See `Transport.expect`: nothing is concealed, but the channels are tried.

    Raises:
        TooSmallError: the reference does not carry so much through the channels.
    """
    has_analog = options.has_analog and (secret is None or isinstance(secret, Picture))
    size = header_size(slots_for(recipients) if recipients else 0, signed)
    plan = best_plan(cover.picture.rgb, options, has_analog).sized(size)
    plan.require_header(size)
    ground, room = plan.ground, plan.base_room(255, plan.rate)
    told = Forecast(
        transport="robust",
        stego=(cover.picture.size[1], cover.picture.size[0]),
        greyscale=cover.packed,
        header_bytes=size,
        header_capacity=plan.header_room,
        header_share=len(ground.frame.header) / max(ground.plan.zero.size, 1),
        # A picture is coded until it fits, and its refinement has a room of its own.
        capacity={} if isinstance(secret, Picture) else {options.stego_psnr: max(room, 0)},
        stego_psnr=(options.stego_psnr, options.stego_psnr),
        exact=secret is not None and not isinstance(secret, Picture),
        notes=(
            *notes_on_size(cover.picture.size, options.survive),
            *notes_on_reference(cover.picture),
        ),
    )
    if secret is None:
        return told
    writer = CompactWriter(ground.key, Keys(reference_alone=True), os.urandom)
    filled = fill(secret, plan, writer, plan.rate)
    told = replace(told, payload_bytes=filled.record.base + filled.record.refinement)
    if filled.base is None:
        return told
    own = (secret.size[1], secret.size[0]) if isinstance(secret, Picture) else None
    best = filled.refinement or filled.base
    if has_analog:
        told = replace(told, notes=(_MORE, *told.notes))
    return replace(told, secret=own, carried=own, revealed_psnr=(filled.base.psnr, best.psnr))
