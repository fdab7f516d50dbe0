"""The network's part of a robust stego: what an untouched file reveals beside the layers.

The picture of the layers, which their receiver makes again sample by sample, serves the network as
reference. So the part is an analog stego in every respect, of little power, under keys that follow
from the session. All readers have these, so where the layers are signed the part is signed as well.
"""

import math
from dataclasses import dataclass, replace

from sshr.crypto.keys import Keys, derive
from sshr.crypto.session import Session
from sshr.errors import SshrError
from sshr.header.reader import OpenedHeader, open_header
from sshr.header.reference import ReferenceKey
from sshr.header.slots import Slots, unwrap
from sshr.header.writer import HeaderWriter
from sshr.imaging.modes import as_rgb
from sshr.imaging.reading import Picture
from sshr.transports.analog.engine import Engine
from sshr.transports.analog.receiving import reveal_with
from sshr.transports.analog.sending import send_with
from sshr.transports.cover import Cover, CoverPair
from sshr.transports.protocol import Runtime
from sshr.transports.revealed import Revealed
from sshr.transports.robust.options import ANALOG_SHARE, RobustOptions
from sshr.types import Rgb8
from sshr.zoo.tiles import find_tiles, load_tiles

_ALONE = Keys(reference_alone=True)


def add_analog(
    secret: Picture,
    cover: Cover,
    picture: Rgb8,
    session: Session,
    options: RobustOptions,
    outer: HeaderWriter,
) -> Rgb8:
    """The stego, (H, W, 3), of a picture of the layers.

    Args:
        outer: of the whole stego: who signs, and what is drawn.

    Raises:
        TooSmallError: the picture does not hold the header.
    """
    network = load_tiles(options.preset, options.device)
    engine = Engine(network.at(_aim(options.stego_psnr)))
    ground = Cover.of(replace(cover.picture, rgb=picture))
    keys = replace(_ALONE, signer=outer.keys.signer)
    header = HeaderWriter.under(_key(ground.samples, session), keys, outer.random)
    made = send_with(engine, secret, ground, header)
    return as_rgb(ground.stego(made.samples))


@dataclass(frozen=True)
class OpenedPart:
    """The header of the network's part, and what it lies on."""

    header: OpenedHeader
    pair: CoverPair

    @property
    def intact(self) -> bool:
        """Whether no sample of the stego has changed."""
        return self.header.intact and self.pair.rim_intact


def open_analog(stego: Rgb8, picture: Rgb8, session: Session) -> OpenedPart | None:
    """The header of the network's part, which needs no network, or None where it is lost.

    Its `sender` has signed all samples, see `sshr.header.signing`.

    Args:
        picture: of the layers.
    """
    pair = CoverPair.of(stego, picture)
    key = _key(pair.reference, session)
    try:
        header = open_header(pair.stego, key, lambda salt, slots: _own(key, salt, slots))
    except SshrError:
        return None
    return OpenedPart(header, pair)


def read_analog(part: OpenedPart, stego_psnr: float, runtime: Runtime) -> Revealed | None:
    """What the network reveals, or None where it is not there or makes no sense of the header."""
    try:
        checkpoint = part.header.metadata.checkpoint_id
        network = find_tiles(checkpoint, runtime.preset, runtime.device)
        return reveal_with(Engine(network.at(_aim(stego_psnr))), part.header, part.pair)
    except SshrError:
        return None


def _own(key: ReferenceKey, salt: bytes, slots: Slots) -> bytes | None:
    return unwrap(slots, _ALONE, key.key, salt)


def _key(reference: Rgb8, session: Session) -> ReferenceKey:
    """In the place of what the picture alone would give."""
    own = ReferenceKey.of(reference)
    return replace(own, key=derive(session.subkey(b"payload/robust/analog") + own.key, b"analog"))


def _aim(stego_psnr: float) -> float:
    """PSNR in dB of the network's part."""
    return min(stego_psnr - 10 * math.log10(ANALOG_SHARE), 60.0)
