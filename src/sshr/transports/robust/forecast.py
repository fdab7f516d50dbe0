"""What the robust transport would carry: the channels that are promised, tried on the reference."""

import os
from dataclasses import replace

from sshr.crypto.keys import Keys
from sshr.imaging.reading import Picture
from sshr.transports.cover import Cover
from sshr.transports.notes import notes_on_reference
from sshr.transports.protocol import Forecast
from sshr.transports.robust.compact import LAYER_TAG, CompactWriter, header_size
from sshr.transports.robust.layers import Ground
from sshr.transports.robust.options import RobustOptions
from sshr.transports.robust.profiles import PROFILES
from sshr.transports.robust.sending import MOST_BASE, RATE, fill, noise_of, passages
from sshr.transports.secret import Secret


def forecast(
    secret: Secret | None, cover: Cover, slots: int, signed: bool, options: RobustOptions
) -> Forecast:
    """See `Transport.expect`: nothing is concealed, but the channels are tried.

    Raises:
        TooSmallError: the reference does not carry so much through the channels.
    """
    profile, reference = PROFILES[options.survive], cover.picture.rgb
    analog = options.has_analog and (secret is None or isinstance(secret, Picture))
    ground = Ground.of(reference, options.survive, options.stego_psnr, analog)
    names = tuple(dict.fromkeys(profile.base + profile.refined))
    passed = passages(ground, names, noise_of(options.stego_psnr) if analog else 0.0)
    worst = min(passed[name].first for name in profile.base)
    room = int(RATE * worst * len(ground.frame.base(255)) / 8) - LAYER_TAG
    size = header_size(slots if slots > 1 else 0, signed)
    told = Forecast(
        transport="robust",
        stego=(cover.picture.size[1], cover.picture.size[0]),
        greyscale=cover.packed,
        header_bytes=size,
        header_capacity=int(0.9 * worst * len(ground.frame.header) / 8),
        header_share=len(ground.frame.header) / max(ground.plan.zero.size, 1),
        capacity={options.stego_psnr: min(max(room, 0), MOST_BASE)},
        stego_psnr=(options.stego_psnr, options.stego_psnr),
        exact=secret is not None and not isinstance(secret, Picture),
        notes=notes_on_reference(cover.picture),
    )
    if secret is None:
        return told
    writer = CompactWriter(ground.key, Keys(), os.urandom)
    filled = fill(secret, ground, writer, profile, passed, RATE)
    told = replace(told, payload_bytes=filled.record.base + filled.record.refinement)
    if filled.base is None:
        return told
    own = (secret.size[1], secret.size[0]) if isinstance(secret, Picture) else None
    best = filled.refinement or filled.base
    return replace(told, secret=own, carried=own, revealed_psnr=(filled.base.psnr, best.psnr))
